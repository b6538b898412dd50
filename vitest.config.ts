import { defineConfig } from 'vitest/config';

const everywhere = ['operator/**', 'sidecars/**', 'test/**', 'scripts/**', 'examples/**'];
const named = (suffix: string) => everywhere.map((folder) => `${folder}/*${suffix}`);

/** The tiers of tests, told apart by file names: see CONTRIBUTING.md. */
export default defineConfig({
  test: {
    reporters: ['default', './test/countReporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: named('.test.ts'),
          exclude: ['**/node_modules/**', '**/*.api.test.ts', '**/*.cluster.test.ts', '**/*.faults.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        // One API server: operators of two files would work on each other's objects.
        extends: true,
        test: {
          name: 'api',
          include: named('.api.test.ts'),
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // One operator and one API server: the files share them one after the other.
        extends: true,
        test: {
          name: 'faults',
          include: named('.faults.test.ts'),
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // One cluster with two cores: the files share it one after the other.
        extends: true,
        test: {
          name: 'cluster',
          include: named('.cluster.test.ts'),
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
