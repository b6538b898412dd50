import { describe, expect, test } from 'vitest';
import { plan, resources } from '../plan/testing/builders.ts';
import { remove } from './remove.ts';
import type { PodTemplate } from './template.ts';
import { container, containerOf, injected, pod } from './testing/builders.ts';

/** What injection makes of log directories: the sidecar's mounts of them, the containers' mounts and the new volumes. */
function share(before: PodTemplate, directories: readonly string[], containers: readonly string[] = []) {
  const logs = { source: 'files' as const, directories, drainSeconds: 10, stateBytes: 1, resources };
  const { template } = injected(before, plan({ logs, containers }));
  expect(remove(template)).toEqual(before);
  const own = ['standpipe-config', 'standpipe-logs-state'];
  const mounts = (name: string) =>
    (containerOf(template, name).volumeMounts ?? []).filter((m) => !own.includes(m.name));
  return {
    sidecar: mounts('standpipe-logs'),
    apps: Object.fromEntries(template.spec.containers.map(({ name }) => [name, mounts(name)])),
    volumes: (template.spec.volumes ?? []).filter(({ name }) => name.startsWith('standpipe-files')),
  };
}

const dir = '/var/log/app';
const data = (mountPath: string, rest: object = {}) => ({ name: 'data', mountPath, ...rest });
const mounting = (...volumeMounts: NonNullable<Parameters<typeof container>[0]>['volumeMounts'] & object) =>
  pod({ containers: [container({ volumeMounts })] });

test('a directory becomes an empty volume in the app and the sidecar', () => {
  const mount = { name: 'standpipe-files-0', mountPath: dir };
  expect(share(pod(), [dir])).toEqual({
    sidecar: [mount],
    apps: { app: [mount] },
    volumes: [{ name: 'standpipe-files-0', emptyDir: {} }],
  });
});

test('every directory has a volume of its own', () => {
  const mounts = [
    { name: 'standpipe-files-0', mountPath: '/a/b' },
    { name: 'standpipe-files-1', mountPath: '/c/d' },
  ];
  expect(share(pod(), ['/a/b', '/c/d'])).toMatchObject({ sidecar: mounts, apps: { app: mounts } });
});

test('only the containers that are the service get it', () => {
  const containers = ['web', 'app', 'istio-proxy'].map((name) => container({ name }));
  expect(share(pod({ containers }), [dir]).apps).toMatchObject({ web: [{}], app: [{}], 'istio-proxy': [] });
  expect(share(pod({ containers }), [dir], ['app']).apps).toMatchObject({ web: [], app: [{}], 'istio-proxy': [] });
});

describe('a directory in a volume of the app', () => {
  test.each([
    ['at its mount', data(dir), data(dir)],
    ['at its mount, written with a slash at the end', data(`${dir}/`), data(`${dir}/`)],
    ['below its mount', data('/var/log'), data('/var/log')],
    ['at a part of a volume', data(dir, { subPath: 'logs' }), data(dir, { subPath: 'logs' })],
    ['at a mount that only the app must not write to', data(dir, { readOnly: true }), data(dir)],
  ])('%s is shared as it is', (_, own, sidecar) => {
    expect(share(mounting(own), [dir])).toEqual({ sidecar: [sidecar], apps: { app: [own] }, volumes: [] });
  });

  test('is shared once for two directories', () => {
    expect(share(mounting(data('/var/log')), ['/var/log/a', '/var/log/b'])).toMatchObject({
      sidecar: [data('/var/log')],
      volumes: [],
    });
  });

  test('is the one of the nearest mount', () => {
    const near = { name: 'near', mountPath: dir };
    expect(share(mounting(data('/var/log'), near), [dir]).sidecar).toEqual([near]);
  });

  test.each([
    ['beside it', mounting(data('/var/log/application'))],
    ['at the root', mounting(data('/'))],
    ['of an init container', pod({ initContainers: [container({ name: 'init', volumeMounts: [data(dir)] })] })],
    [
      'of another injector',
      pod({ containers: [container(), container({ name: 'daprd', volumeMounts: [data(dir)] })] }),
    ],
  ])('is not one %s', (_, before) => {
    const { sidecar } = share(before, [dir]);
    expect(sidecar).toEqual([{ name: 'standpipe-files-0', mountPath: dir }]);
  });
});
