/** The part of the bench that runs within the cluster's network: see README.md. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../../operator/src/cli/process.ts';
import { platform } from '../../test/api/platform.ts';
import { kubectl } from '../../test/e2e/kubectl.ts';
import { OperatorProcesses } from '../../test/support/operator.ts';
import { Etcd } from './etcd.ts';
import { Population } from './population.ts';
import { clusterProcesses } from './processes.ts';
import { podsEach } from './shapes.ts';
import { type Bench, idlePass, type Pass, type Rest, workingPass } from './stages.ts';

/** What was measured at one size. */
export interface Stage {
  readonly microservices: number;
  readonly pods: number;
  /** The first pass over Microservices of which nothing is there yet; null where all was there from the beginning. */
  readonly creating: (Pass & { readonly created: number }) | null;
  /** The pass that finds the pods of the rollouts. */
  readonly rolling: Pass | null;
  /** The first pass where nothing is left to do. */
  readonly idle: Pass;
  readonly rest: Rest;
}

/** Everything that was measured, with the machine. */
export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly stages: readonly Stage[];
}

const { values } = parseArgs({
  options: {
    microservices: { type: 'string', default: '100,1000' },
    create: { type: 'string', default: '1000' },
    rest: { type: 'string', default: '60' },
    profile: { type: 'string' },
    out: { type: 'string', default: join(mkdtempSync(join(tmpdir(), 'standpipe-bench-')), 'results.json') },
  },
});

const say = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const load = (): string => readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0] ?? '';

async function createdBy(bench: Bench, population: Population, from: number, size: number) {
  say(`${size} Microservices are declared`);
  await population.declare(size);
  await population.untilQuiet();
  say(`the operator makes what is not there yet (load ${load()})`);
  const creating = { ...(await workingPass(bench, `${size}-creating`)), created: size - from };
  say(`${size * podsEach} pods run`);
  await population.roll(from);
  await population.untilQuiet();
  return { creating, rolling: await workingPass(bench, `${size}-rolling`) };
}

async function settled(population: Population, size: number) {
  say(`${size} Microservices are copied, with everything that belongs to them`);
  await population.settle(size);
  await population.untilQuiet();
  return { creating: null, rolling: null };
}

async function stageOf(bench: Bench, population: Population, from: number, size: number): Promise<Stage> {
  const isCreated = size <= Number(values.create);
  const made = isCreated ? await createdBy(bench, population, from, size) : await settled(population, size);
  say(`the operator starts where nothing is left to do (load ${load()})`);
  const { pass, rest } = await idlePass(bench, `${size}-idle`, size, Number(values.rest));
  return { microservices: size, pods: size * podsEach, ...made, idle: pass, rest };
}

const operator = new OperatorProcesses();
const client = connect('bench');
const stages: Stage[] = [];
try {
  // The controller makes the webhook's certificate; the measured ones come later.
  await operator.start('image: example.org/sidecar:1\n');
  await operator.end('controller', 'SIGTERM');
  await kubectl(['apply', '-f', '-'], platform);
  const etcd = new Etcd();
  const population = new Population(client, etcd);
  const state = dirname(dirname(process.env.KUBECONFIG ?? ''));
  const bench: Bench = { operator, etcd, cluster: clusterProcesses(state), profile: values.profile };
  let from = 0;
  for (const size of values.microservices.split(',').map(Number)) {
    stages.push(await stageOf(bench, population, from, size));
    say(JSON.stringify(stages.at(-1), null, 1));
    from = size;
  }
} finally {
  await operator.stop();
  await client.close();
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  const results: Results = { date: new Date().toISOString().slice(0, 10), machine, stages };
  writeFileSync(values.out, JSON.stringify(results, null, 2));
  say(`measurements: ${values.out}`);
}
