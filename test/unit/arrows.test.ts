import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What each folder may import besides itself. The first entry whose folder contains a file is for that file. */
const arrows: readonly { readonly folder: string; readonly may: readonly string[]; readonly io: boolean }[] = [
  { folder: 'operator/src/config', may: [], io: false },
  { folder: 'operator/src/api', may: [], io: true },
  { folder: 'operator/src/plan', may: ['operator/src/api', 'operator/src/config'], io: false },
  { folder: 'operator/src/inject', may: ['operator/src/api', 'operator/src/config', 'operator/src/plan'], io: false },
  { folder: 'operator/src/kube', may: [], io: true },
  { folder: 'operator/src/observe', may: ['operator/src/kube'], io: true },
  {
    folder: 'operator/src/webhook',
    may: ['operator/src/api', 'operator/src/inject', 'operator/src/kube', 'operator/src/observe', 'operator/src/plan'],
    io: true,
  },
  {
    folder: 'operator/src/controllers',
    may: ['operator/src/api', 'operator/src/config', 'operator/src/inject', 'operator/src/kube', 'operator/src/plan'],
    io: true,
  },
  { folder: 'operator/src/cli', may: ['operator/src'], io: true },
  { folder: 'sidecars/common', may: [], io: true },
  { folder: 'sidecars', may: ['sidecars/common', 'operator/src/config'], io: true },
];

/** Modules of Node and packages that a pure folder may use: they compute and do nothing else. */
const pureModules = ['node:crypto', 'node:util', 'ajv', 'fast-json-patch', 'yaml'];

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const statements = [
  /^(?:import|export)\s+(type\s)?[^;']*?from '([^']+)'/gm,
  /^import ()'([^']+)'/gm,
  /\bimport\(()'([^']+)'\)/g,
];

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = statements.flatMap((statement) => [...text.matchAll(statement)]);
  return found.map(([, type, specifier = '']) => ({
    file,
    target: specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier,
    typeOnly: type !== undefined && type !== '',
  }));
}

const files = globSync(['operator/src/**/*.ts', 'sidecars/**/*.ts'], { cwd: root }).filter(
  (file) => !file.includes('node_modules') && !/\.test\.ts$|\/testing\/|arbitraries\.ts$|\.sample\.ts$/.test(file),
);
const inside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

describe('imports', () => {
  test('are found', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(importsOf('operator/src/inject/inject.ts').length).toBeGreaterThan(5);
  });

  for (const { folder, may, io } of arrows) {
    const own = files.filter((file) => arrows.find((arrow) => inside(file, arrow.folder))?.folder === folder);
    const imports = own.flatMap(importsOf);

    test(`of ${folder} stay inside or point inward`, () => {
      const home = folder === 'sidecars' ? (file: string) => file.split('/').slice(0, 2).join('/') : () => folder;
      const outward = imports.filter(
        ({ file, target }) =>
          /^(operator|sidecars|test|scripts)\//.test(target) &&
          !inside(target, home(file)) &&
          !may.some((allowed) => inside(target, allowed)),
      );
      expect(outward).toEqual([]);
    });

    if (io) continue;
    test(`of ${folder} bring in nothing that does I/O`, () => {
      const isModule = (target: string) =>
        builtinModules.includes(target.replace(/^node:/, '')) || !target.includes('/src/');
      const doing = imports.filter(
        ({ target, typeOnly }) => !typeOnly && isModule(target) && !pureModules.includes(target),
      );
      expect(doing).toEqual([]);
    });
  }

  test('of the pure folders leave out the one file of the API that reads files', () => {
    const pure = arrows.filter(({ io }) => !io).map(({ folder }) => folder);
    const found = files.filter((file) => pure.some((folder) => inside(file, folder))).flatMap(importsOf);
    expect(found.filter(({ target }) => target === 'operator/src/api/crds.ts')).toEqual([]);
  });

  test('of a main file are found although they are made later', () => {
    expect(importsOf('operator/src/main.ts').map(({ target }) => target)).toContain(
      'operator/src/cli/injectCommand.ts',
    );
  });

  test('of the sidecars leave out the packages that cost memory', () => {
    const heavy = ['prom-client', 'undici', '@kubernetes/client-node', 'pino', 'ajv'];
    const found = files.filter((file) => inside(file, 'sidecars')).flatMap(importsOf);
    expect(found.filter(({ target }) => heavy.includes(target))).toEqual([]);
  });
});
