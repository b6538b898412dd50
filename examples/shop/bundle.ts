/** Bundles each service of the shop into one file under dist/, so that the image is built without a package registry. */
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;

await build({
  entryPoints: ['front', 'orders', 'shipping', 'sink'].map((service) => join(here, 'src', `${service}.ts`)),
  outdir: join(here, 'dist'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The bundled libraries are CommonJS and require Node's own modules.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  logLevel: 'warning',
});
