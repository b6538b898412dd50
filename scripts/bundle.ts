import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/** The bundles that go into the images, by the program that each starts. */
const ENTRIES = {
  operator: 'operator/src/main.ts',
  metrics: 'sidecars/metrics/src/main.ts',
  logs: 'sidecars/logs/src/main.ts',
} as const;

/** Some dependencies are CommonJS and call `require` for Node's own modules: an ES module has none. */
const REQUIRE =
  "import { createRequire as standpipeRequire } from 'node:module'; const require = standpipeRequire(import.meta.url);";

/** Bundles one program into `dist/NAME.mjs`. Names are kept: errors and metrics show them. */
async function bundle(name: string, entry: string): Promise<void> {
  const outfile = join(ROOT, 'dist', `${name}.mjs`);
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    keepNames: true,
    banner: { js: REQUIRE },
    legalComments: 'none',
    logLevel: 'silent',
  });
  process.stderr.write(`dist/${name}.mjs: ${Math.ceil(statSync(outfile).size / 1024)} kB\n`);
}

/** Bundles the programs of those names; all of them if none is given. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !Object.keys(ENTRIES).includes(name));
  if (unknown.length > 0) throw new Error(`no program "${unknown[0]}": there are ${Object.keys(ENTRIES).join(', ')}`);
  const wanted = Object.entries(ENTRIES).filter(([name]) => names.length === 0 || names.includes(name));
  const missing = wanted.filter(([, entry]) => !existsSync(join(ROOT, entry)));
  if (missing.length > 0)
    throw new Error(`cannot bundle, no such file: ${missing.map(([, entry]) => entry).join(', ')}`);
  for (const [name, entry] of wanted) await bundle(name, entry);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
