import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../cache.ts';
import { must } from '../command.ts';
import { keyOf } from '../hash.ts';
import { type Log, narrated } from '../log.ts';
import type { BaseImage } from './base.ts';

const SUITE = 'bookworm';

/** What the slim image leaves out: package caches, documentation, translations. */
const LEFT_OUT = [
  'var/cache/apt/*',
  'var/lib/apt/lists/*',
  'usr/share/doc/*',
  'usr/share/man/*',
  'usr/share/info/*',
  'usr/share/locale/*',
  'usr/share/lintian/*',
  'var/log/*',
  'var/cache/debconf/*-old',
  'dev/*',
  'proc/*',
  'sys/*',
];

const DOCKERFILE = `FROM scratch
ADD root.tar /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]
`;

/** The first Debian archive in the text of apt's sources (either format), if any; security archives do not count. */
export function mirrorIn(sources: string): string | undefined {
  return /^\s*(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(sources)?.[1];
}

/** The mirror that this machine's apt uses; undefined on other systems than Debian: debootstrap has a default. */
function mirror(): string | undefined {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const texts = ['/etc/apt/sources.list', ...files]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
  return mirrorIn(texts.join('\n'));
}

async function debootstrap(folder: string, log: Log): Promise<void> {
  const root = join(folder, 'root');
  const from = mirror();
  let last = '';
  // In a mount namespace of its own: a debootstrap that is killed leaves no mounts of /proc and /sys behind.
  const command = [
    'unshare',
    '--mount',
    'debootstrap',
    '--variant=minbase',
    SUITE,
    root,
    ...(from === undefined ? [] : [from]),
  ];
  const work = async (): Promise<void> => {
    await must(['sh', '-c', 'exec "$@" >&2', 'sh', ...command], {
      onLine: (line) => {
        last = line;
      },
    });
    const without = LEFT_OUT.map((path) => `--exclude=./${path}`);
    await must(['tar', '-C', root, '-cf', join(folder, 'root.tar'), '--sort=name', '--numeric-owner', ...without, '.']);
    rmSync(root, { recursive: true });
  };
  await narrated(log, `making a Debian ${SUITE} root`, work, () => last);
}

/** A tar file with a minimal Debian root; made once. */
export async function debianRoot(log: Log): Promise<string> {
  const key = keyOf(SUITE, ...LEFT_OUT);
  return join(await cached({ kind: 'debian', key, build: (folder) => debootstrap(folder, log) }, log), 'root.tar');
}

/** `debian:bookworm-slim`. */
export const debian: BaseImage = {
  name: 'docker.io/library/debian:bookworm-slim',
  aliases: ['debian:bookworm-slim'],
  needs: [],
  key: () => keyOf(SUITE, ...LEFT_OUT, DOCKERFILE),
  async prepare(folder, log) {
    await must(['ln', await debianRoot(log), join(folder, 'root.tar')]);
    writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
  },
};
