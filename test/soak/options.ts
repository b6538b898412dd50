import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SoakOptions } from './soak.ts';

const usage = `usage: node test/soak/main.ts [--minutes 60] [--services 100] [--rate 3] [--seed N] [--out FOLDER] [--name CLUSTER]

  --minutes   how long the churn goes on
  --services  how many Microservices there are, each with a workload of up to three pods
  --rate      changes in a second
  --seed      the same seed makes the same changes in the same order
  --out       where logs and memory.csv go; a new folder by default
  --name      of the cluster that is started for it`;

/** What the command line says. */
export function readOptions(args: readonly string[]): Omit<SoakOptions, 'say'> & { readonly name: string } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '60' },
      services: { type: 'string', default: '100' },
      rate: { type: 'string', default: '3' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      out: { type: 'string' },
      name: { type: 'string', default: 'soak' },
    },
  });
  const number = (name: 'minutes' | 'services' | 'rate' | 'seed'): number => {
    const value = Number(values[name]);
    if (!(value > 0)) throw new Error(`--${name} ${values[name]}: it must be a number above 0\n\n${usage}`);
    return value;
  };
  if (values.out !== undefined) mkdirSync(values.out, { recursive: true });
  const folder = values.out ?? mkdtempSync(join(tmpdir(), 'standpipe-soak-'));
  const numbers = {
    minutes: number('minutes'),
    services: number('services'),
    rate: number('rate'),
    seed: number('seed'),
  };
  return { ...numbers, folder, name: values.name };
}
