import { parseArgs } from 'node:util';
import type { Mode } from './cluster.ts';
import { COMMANDS } from './commands.ts';

const USAGE = `usage: node test/cluster/main.ts COMMAND [--name NAME] [--mode api|node] [--images A,B] [--users A,B] [-- COMMAND...]

  up        start a cluster that stays until "down" (mode node unless said otherwise)
  down      end it and take away everything that belongs to it
  status    list the clusters
  exec      run a command in a cluster's network, with KUBECONFIG set and kubectl on PATH
  run       start a cluster, run a command in it, end it; ends with the command's status
  images    build the images that changed and print their archives (operator and sidecar unless --images says others)
  load      the same, into a cluster
  kafka     start a Kafka broker in a cluster (kafka.kafka.svc:9092); --users makes users besides "admin"

--images: operator, sidecar, kafka, node, debian, examples/NAME; "up" and "run" have them in the node from the start.`;

function asMode(text: string): Mode {
  if (text === 'api' || text === 'node') return text;
  throw new Error(`--mode ${text}: it is either api or node`);
}

const listed = (text: string): readonly string[] => text.split(',').filter((item) => item !== '');

async function main(argv: readonly string[]): Promise<number> {
  const split = argv.indexOf('--');
  const [own, command] = split < 0 ? [argv, []] : [argv.slice(0, split), argv.slice(split + 1)];
  const { values, positionals } = parseArgs({
    args: [...own],
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'standpipe' },
      mode: { type: 'string', default: 'node' },
      images: { type: 'string', default: '' },
      users: { type: 'string', default: '' },
    },
  });
  const action = COMMANDS[positionals[0] ?? ''];
  if (action === undefined || positionals.length !== 1) throw new Error(USAGE);
  const { name, mode, images, users } = values;
  return action({ name, mode: asMode(mode), images: listed(images), users: listed(users), command });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
