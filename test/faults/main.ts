import { parseArgs } from 'node:util';
import { readPlan } from './plan.ts';
import { reproduce } from './reproduce.ts';
import { runBehind } from './runBehind.ts';

/** Lives a life under a plan, or runs a command behind the fault proxy: see README.md. */
const usage = 'usage: node test/faults/main.ts PLAN [--log FILE] [-- COMMAND...]';

const split = process.argv.indexOf('--');
const own = process.argv.slice(2, split < 0 ? undefined : split);
const command = split < 0 ? [] : process.argv.slice(split + 1);
const { values, positionals } = parseArgs({
  args: own,
  allowPositionals: true,
  options: { log: { type: 'string' } },
});
const [path] = positionals;
if (path === undefined || positionals.length > 1 || (split >= 0 && command.length === 0)) throw new Error(usage);
const plan = readPlan(path);
process.exitCode =
  command.length === 0 ? Number(!(await reproduce(plan, values.log))) : await runBehind(plan, command, values.log);
