import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
const PATIENCE_MS = 30_000;

/** What is to be in the store, and how to run containerd on it. */
export type Filling = {
  /** containerd's folder as the outside sees it; empty or absent. */
  readonly store: string;
  readonly init: number;
  readonly archives: readonly string[];
  readonly startContainerd: () => Daemon;
  readonly log: Log;
};

/** What a store holds: image names, each with the digest of what it names. */
type Held = Readonly<Record<string, string>>;

function heldBy(archives: readonly string[]): Held {
  const images = archives.flatMap((archive) => readArchive(archive));
  return Object.fromEntries(images.flatMap(({ id, names }) => names.map((name) => [name, id])));
}

function readHeld(file: string): Held {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Held) : {};
}

const holds = (held: Held, archive: string): boolean =>
  Object.entries(heldBy([archive])).every(([name, id]) => held[name] === id);

const ctr = (init: number): readonly string[] => [
  'ctr',
  '--address',
  `/proc/${init}/root${CONTAINERD_SOCKET}`,
  '--namespace',
  'k8s.io',
];

async function importAll(init: number, archives: readonly string[]): Promise<void> {
  for (const archive of archives) await must([...ctr(init), 'images', 'import', archive]);
}

/** Where a running node's images are noted, beside its containerd folder. */
const noteOf = (store: string): string => join(dirname(store), 'images.json');

/** Imports docker-archives into a running node; those that it has already are left out. */
export async function loadImages(init: number, store: string, archives: readonly string[]): Promise<void> {
  const held = readHeld(noteOf(store));
  await importAll(
    init,
    archives.filter((archive) => !holds(held, archive)),
  );
  writeFileSync(noteOf(store), JSON.stringify({ ...held, ...heldBy(archives) }));
}

/** The databases of containerd's plugins: one folder each, directly below the root. */
function databases(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((plugin) =>
    readdirSync(join(folder, plugin))
      .filter((name) => name.endsWith('.db'))
      .map((name) => join(plugin, name)),
  );
}

/**
 * Makes `to` a copy of `from` by hard links; only the databases are real copies. Both lie in the cache's file system.
 * `to` itself stays the same folder: it is mounted in the node.
 */
async function linkCopy(from: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to)) rmSync(join(to, name), { recursive: true });
  await must(['cp', '--archive', '--link', `${from}/.`, to]);
  for (const name of databases(from)) {
    rmSync(join(to, name));
    copyFileSync(join(from, name), join(to, name));
  }
}

/** The kept folder that shares most images with the wanted ones, if any shares one. */
function nearest(wanted: Held): { readonly folder: string; readonly held: Held } | undefined {
  const shelf = join(cacheFolder(), KIND);
  if (!existsSync(shelf)) return undefined;
  const kept = readdirSync(shelf).map((key) => {
    return { folder: join(shelf, key, 'containerd'), held: readHeld(join(shelf, key, 'images.json')) };
  });
  const shared = (held: Held): number => Object.entries(held).filter(([name, id]) => wanted[name] === id).length;
  return kept.filter(({ held }) => shared(held) > 0).sort((a, b) => shared(b.held) - shared(a.held))[0];
}

async function runContainerd({ startContainerd, init }: Filling): Promise<Daemon> {
  const daemon = startContainerd();
  for (const end = Date.now() + PATIENCE_MS; (await run([...ctr(init), 'version'])).code !== 0; await sleep(50)) {
    const ended = daemon.ended();
    if (ended !== undefined) throw new Error(ended);
    if (Date.now() > end) throw new Error(`containerd does not answer within ${PATIENCE_MS / 1000} s`);
  }
  return daemon;
}

/** Makes the store hold the wanted images and no others, starting from the most similar one that is kept. */
async function build(filling: Filling, wanted: Held, folder: string): Promise<void> {
  const base = nearest(wanted);
  if (base !== undefined) await linkCopy(base.folder, filling.store);
  const held = base?.held ?? {};
  const daemon = await runContainerd(filling);
  const stale = Object.entries(held).filter(([name, id]) => wanted[name] !== id);
  // The runtime knows each image by its digest too.
  const names = stale.flatMap(([name, id]) => [name, `sha256:${id}`]);
  if (names.length > 0) await run([...ctr(filling.init), 'images', 'remove', '--sync', ...names]);
  await importAll(
    filling.init,
    filling.archives.filter((archive) => !holds(held, archive)),
  );
  await daemon.stop();
  await linkCopy(filling.store, join(folder, 'containerd'));
  writeFileSync(join(folder, 'images.json'), JSON.stringify(wanted));
}

/** Puts the images into the store before the kubelet starts, from the kept copy or, the first time, from the archives. */
export async function fillStore(filling: Filling): Promise<void> {
  const wanted = heldBy(filling.archives);
  const key = keyOf(JSON.stringify(Object.entries(wanted).sort()));
  const work = async (folder: string): Promise<void> => {
    await narrated(filling.log, 'importing images into the node', () => build(filling, wanted, folder));
  };
  const folder = await cached({ kind: KIND, key, build: work }, filling.log);
  await linkCopy(join(folder, 'containerd'), filling.store);
  writeFileSync(noteOf(filling.store), JSON.stringify(wanted));
}
