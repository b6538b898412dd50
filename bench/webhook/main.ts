import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { issueIdentity } from '../../operator/src/webhook/certificate.ts';
import { type Measured, openLoop, saturate } from './load.ts';
import { additions, review } from './plan.ts';
import { table } from './report.ts';
import { checkInjection, type Files, PinnedServer } from './server.ts';

const usage = `usage: node bench/webhook/main.ts [options]

  --rounds 5     how often each server is measured, in turns
  --seconds 5    how long each measurement takes; a round has two for each server
  --rate 1000    reviews a second in the open loop
  --profile DIR  where a CPU profile of our server goes; it makes it slower
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '1000' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** The names of the servers, and the command that starts each: it takes certificate, key and port. */
function commands(folder: string): Readonly<Record<string, readonly string[]>> {
  const profile = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  return {
    standpipe: [process.execPath, '--max-old-space-size=192', ...profile, join(import.meta.dirname, 'standpipe.ts')],
    'controller-runtime': [join(folder, 'peer')],
    'bare Node': [process.execPath, '--max-old-space-size=192', join(import.meta.dirname, 'floor.ts')],
  };
}

async function prepare(folder: string): Promise<Files> {
  const identity = await issueIdentity({ dnsNames: ['localhost'], now: new Date(), lifetimeMs: 86_400_000 });
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const built = spawnSync('go', ['build', '-o', join(folder, 'peer'), '.'], {
    cwd: join(import.meta.dirname, 'peer'),
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error('the peer could not be built: install Go 1.26, and look above');
  return {
    certificate: write('tls.crt', identity.certificate),
    key: write('tls.key', identity.key),
    review: write('review.json', JSON.stringify(review())),
    additions: write('additions.json', JSON.stringify(additions())),
  };
}

async function measure(servers: readonly PinnedServer[], files: Files): Promise<Measured[]> {
  const [rounds, seconds, rate] = [Number(values.rounds), Number(values.seconds), Number(values.rate)];
  const measured: Measured[] = [];
  for (const server of servers) {
    await checkInjection(server, files);
    // Until the code that is used all the time is compiled.
    await saturate(server, files, 2 * seconds);
  }
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) {
      const saturated = await saturate(server, files, seconds);
      measured.push({ name: server.name, saturated, open: await openLoop(server, files, rate, seconds) });
    }
  }
  return measured;
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(usage);
  if (spawnSync('wrk').error !== undefined) throw new Error('there is no wrk: install the package of that name');
  const folder = mkdtempSync(join(tmpdir(), 'bench-webhook-'));
  const servers: PinnedServer[] = [];
  try {
    const files = await prepare(folder);
    for (const [name, command] of Object.entries(commands(folder))) {
      servers.push(await PinnedServer.start(name, command, files, 29_443 + servers.length));
    }
    process.stdout.write(table(await measure(servers, files), servers));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  }
}

await main();
