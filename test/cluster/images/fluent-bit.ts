import { copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must } from '../command.ts';
import { keyOf, keyOfFiles } from '../hash.ts';
import type { BaseImage } from './base.ts';
import { debian, debianRoot } from './debian.ts';

/** Where a Fluent Bit that was built on this machine is looked for. */
const PROGRAM = '/usr/local/bin/fluent-bit';

/** Whether this machine has a Fluent Bit: without one the image of that name is a bare Debian. */
export function hasFluentBit(): boolean {
  return existsSync(PROGRAM);
}

/** The files that the dynamic linker would load, from the text that ldd(1) writes. */
export function librariesIn(ldd: string): readonly string[] {
  return [...ldd.matchAll(/=> (\/\S+)/g)].map((match) => match[1] ?? '');
}

/** `docker.io/fluent/fluent-bit:5.1.1`: this machine's program on Debian, with the libraries that Debian's base lacks. */
export const fluentBit: BaseImage = {
  name: 'docker.io/fluent/fluent-bit:5.1.1',
  aliases: ['fluent/fluent-bit:5.1.1'],
  needs: [debian],
  key: () => keyOf(hasFluentBit() ? keyOfFiles(PROGRAM) : 'none', '1'),
  async prepare(folder, log) {
    const dockerfile = ['FROM debian:bookworm-slim'];
    if (hasFluentBit()) {
      const present = new Set(
        (await must(['tar', '-tf', await debianRoot(log)])).split('\n').map((name) => name.slice(1)),
      );
      const libraries = librariesIn(await must(['ldd', PROGRAM])).filter(
        (path) => !present.has(`/usr${path}`) && !present.has(path),
      );
      for (const [from, to] of [
        [PROGRAM, '/fluent-bit/bin/fluent-bit'],
        ...libraries.map((path) => [realpathSync(path), path]),
      ]) {
        mkdirSync(dirname(join(folder, 'root', to ?? '')), { recursive: true });
        copyFileSync(from ?? '', join(folder, 'root', to ?? ''));
      }
      // Debian's /lib is a link to /usr/lib: files go to the latter.
      dockerfile.push(
        'COPY root/fluent-bit /fluent-bit',
        'COPY root/lib /usr/lib',
        'RUN ldconfig',
        'ENTRYPOINT ["/fluent-bit/bin/fluent-bit"]',
      );
    } else {
      log(`no ${PROGRAM} on this machine: the image ${fluentBit.name} is made without Fluent Bit`);
    }
    writeFileSync(join(folder, 'Dockerfile'), `${dockerfile.join('\n')}\n`);
  },
};
