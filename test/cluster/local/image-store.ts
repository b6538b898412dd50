import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cached, cacheFolder } from '../cache.ts';
import { must, run } from '../command.ts';
import { keyOf } from '../hash.ts';
import { readArchive } from '../images/archive.ts';
import { type Log, narrated } from '../log.ts';
import { CONTAINERD_SOCKET } from './layout.ts';
import type { Daemon } from './sandbox.ts';

/**
 * containerd's folder with some images in it and nothing else, kept between clusters. A start gets hard links to it,
 * which takes a third of a second where an import takes seconds per image. Layers and blobs are never written in place;
 * the databases are, so those are copied.
 */
const KIND = 'node-images';

/** What is to be in the store, and how to run containerd on it. */
export type Filling = {
  /** containerd's folder as the outside sees it; empty or absent. */
  readonly store: string;
  readonly init: number;
  readonly archives: readonly string[];
  readonly startContainerd: () => Daemon;
  readonly log: Log;
};

/** Identity of an archive's content: the images' digests with their names. */
function identity(archive: string): string {
  return readArchive(archive)
    .map(({ id, names }) => `${id} ${names.join(' ')}`)
    .join('\n');
}

const ctr = (init: number): readonly string[] => [
  'ctr',
  '--address',
  `/proc/${init}/root${CONTAINERD_SOCKET}`,
  '--namespace',
  'k8s.io',
];

/** Imports docker-archives into the running containerd of the node with that init process. */
export async function importImages(init: number, archives: readonly string[]): Promise<void> {
  for (const archive of archives) await must([...ctr(init), 'images', 'import', archive]);
}

function databases(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /^[^/]+\/[^/]+\.db$/.test(name));
}

/** Makes `to` a copy of `from` by hard links; only the databases are real copies. Both lie in the cache's file system. */
async function linkCopy(from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  await must(['cp', '--archive', '--link', from, to]);
  for (const name of databases(from)) {
    rmSync(join(to, name));
    copyFileSync(join(from, name), join(to, name));
  }
}

/** The kept folder that has most of the wanted images and no others, if any: the rest is imported on top of it. */
function nearest(
  wanted: ReadonlySet<string>,
): { readonly folder: string; readonly has: ReadonlySet<string> } | undefined {
  const shelf = join(cacheFolder(), KIND);
  if (!existsSync(shelf)) return undefined;
  const kept = readdirSync(shelf).map((key) => {
    const listed = join(shelf, key, 'images.json');
    const has = new Set(existsSync(listed) ? (JSON.parse(readFileSync(listed, 'utf8')) as string[]) : []);
    return { folder: join(shelf, key, 'containerd'), has };
  });
  const score = (has: ReadonlySet<string>): number => [...has].filter((id) => wanted.has(id)).length;
  return kept.filter(({ has }) => score(has) > 0).sort((a, b) => score(b.has) - score(a.has))[0];
}

async function importInto(filling: Filling, archives: readonly string[]): Promise<void> {
  const daemon = filling.startContainerd();
  for (const end = Date.now() + 30_000; (await run([...ctr(filling.init), 'version'])).code !== 0; await sleep(50)) {
    const ended = daemon.ended();
    if (ended !== undefined) throw new Error(ended);
    if (Date.now() > end) throw new Error('containerd does not answer within 30 s');
  }
  await importImages(filling.init, archives);
  await daemon.stop();
}

async function build(filling: Filling, identities: ReadonlyMap<string, string>, folder: string): Promise<void> {
  const wanted = new Set(identities.values());
  const base = nearest(wanted);
  if (base !== undefined) await relink(base.folder, filling.store);
  const missing = filling.archives.filter((archive) => base?.has.has(identities.get(archive) ?? '') !== true);
  await importInto(filling, missing);
  await linkCopy(filling.store, join(folder, 'containerd'));
  writeFileSync(join(folder, 'images.json'), JSON.stringify([...wanted]));
}

/** Fills the store in place: it is a mount point in the node's namespace, so the folder itself must stay. */
async function relink(from: string, store: string): Promise<void> {
  mkdirSync(store, { recursive: true });
  for (const name of readdirSync(store)) rmSync(join(store, name), { recursive: true, force: true });
  for (const name of readdirSync(from)) await must(['cp', '--archive', '--link', join(from, name), join(store, name)]);
  for (const name of databases(from)) {
    rmSync(join(store, name));
    copyFileSync(join(from, name), join(store, name));
  }
}

/** Puts the images into the store before the kubelet starts, from the kept copy or, the first time, from the archives. */
export async function fillStore(filling: Filling): Promise<void> {
  const identities = new Map(filling.archives.map((archive) => [archive, identity(archive)]));
  const key = keyOf(...[...identities.values()].sort());
  const work = async (folder: string): Promise<void> => {
    await narrated(filling.log, 'importing images into the node', () => build(filling, identities, folder));
  };
  const folder = await cached({ kind: KIND, key, build: work }, filling.log);
  await relink(join(folder, 'containerd'), filling.store);
}
