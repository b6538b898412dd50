import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { up } from '../../test/cluster/cluster.ts';

const usage = `usage: node bench/operator/main.ts [options]

  --microservices 100,1000   sizes, growing, in one cluster
  --create 1000              the operator itself makes everything up to this size; above, it is copied
  --rest 60                  for how many seconds the operator is watched at rest
  --out FILE                 where the measurements go, as JSON
  --profile FOLDER           where CPU profiles of the operator go; they make it slower
  --name NAME                of the cluster, which is ended afterwards
`;

const { values } = parseArgs({
  options: {
    microservices: { type: 'string' },
    create: { type: 'string' },
    rest: { type: 'string' },
    out: { type: 'string' },
    profile: { type: 'string' },
    name: { type: 'string', default: 'bench-operator' },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { name, help: _, ...options } = values;
  const cluster = await up({ name, mode: 'api', log: (line) => process.stderr.write(`${line}\n`) });
  try {
    const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, String(value)]);
    const command = [process.execPath, join(import.meta.dirname, 'inside.ts'), ...args];
    const child = cluster.spawn(command, { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    await cluster.down();
  }
}

process.exitCode = await main();
