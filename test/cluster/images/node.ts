import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../command.ts';
import { keyOf } from '../hash.ts';
import { narrated } from '../log.ts';
import type { BaseImage } from './base.ts';
import { debian } from './debian.ts';

/** The Node that the image has: an npm package holds the program as nodejs.org publishes it. It has no npm in it. */
const PACKAGE = `node-linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}@24.21.0`;

const DOCKERFILE = `FROM debian:bookworm-slim
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
COPY package/bin/node /usr/local/bin/node
CMD ["node"]
`;

/** `node:24-bookworm-slim`. */
export const node: BaseImage = {
  name: 'docker.io/library/node:24-bookworm-slim',
  aliases: ['node:24-bookworm-slim'],
  needs: [debian],
  key: () => keyOf(PACKAGE, DOCKERFILE),
  async prepare(folder, log) {
    mkdirSync(join(folder, 'package'));
    await narrated(log, `getting ${PACKAGE}`, async () => {
      const packed = (await must(['npm', 'pack', '--silent', '--pack-destination', folder, PACKAGE])).trim();
      await must(['tar', '-xzf', join(folder, packed), '-C', folder, 'package/bin/node']);
    });
    writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
  },
};
