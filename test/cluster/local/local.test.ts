import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { authority } from './certificates.ts';
import { controlPlane } from './control-plane.ts';
import { layoutOf } from './layout.ts';
import { containerdToml, corefile, kubeletConfig } from './node-config.ts';
import { kubeconfig, tokenLine } from './pki.ts';

test('two clusters share no name and no place', () => {
  const [one, two] = [layoutOf('one', '/cache'), layoutOf('two', '/cache')];
  for (const key of ['netns', 'cgroup', 'state', 'record', 'lock', 'kubeconfig'] as const) {
    expect(one[key]).not.toBe(two[key]);
  }
});

test('a name that could not be a folder, a cgroup and a network namespace is refused', () => {
  for (const name of ['', 'A', '-a', 'a-', 'a/b', 'a'.repeat(31)]) {
    expect(() => layoutOf(name, '/cache')).toThrow('cannot name a cluster');
  }
});

test('a certificate is signed by its authority for its hosts and addresses', async () => {
  const ca = await authority('test');
  const made = await ca.sign({
    name: 'n',
    groups: ['system:nodes'],
    usage: 'server',
    hosts: ['h'],
    addresses: ['10.0.0.1'],
  });
  const [leaf, root] = [new X509Certificate(made.certificate), new X509Certificate(ca.certificate)];
  expect(leaf.verify(root.publicKey)).toBe(true);
  expect(leaf.checkHost('h')).toBe('h');
  expect(leaf.checkIP('10.0.0.1')).toBe('10.0.0.1');
  expect(leaf.subject).toBe('O=system:nodes\nCN=n');
  expect(root.ca).toBe(true);
});

test('a user of the token file has a group only if it needs one', () => {
  expect(tokenLine('t', 'admin', 'system:masters')).toBe('t,admin,admin,"system:masters"');
  expect(tokenLine('t', 'system:kube-scheduler', '')).toBe('t,system:kube-scheduler,system:kube-scheduler');
});

test('a kubeconfig names its one context', () => {
  const config = parse(kubeconfig('CA', 'token'));
  expect(config['current-context']).toBe(config.contexts[0].name);
  expect(config.users[0].user.token).toBe('token');
});

test('every file that the API server is told of is one that is made', () => {
  const commands = controlPlane({ binaries: '/b', pki: '/p', state: '/s' });
  const files = Object.values(commands)
    .flat()
    .join(' ')
    .match(/\/p\/[\w.-]+/g);
  const made = ['ca', 'apiserver', 'kubelet-client', 'kubelet'].flatMap((name) => [`/p/${name}.crt`, `/p/${name}.key`]);
  const configs = ['controllers', 'scheduler'].map((name) => `/p/${name}.kubeconfig`);
  expect([...made, ...configs, '/p/sa.key', '/p/sa.pub', '/p/tokens.csv']).toEqual(expect.arrayContaining(files ?? []));
});

test('the daemons of a node agree on where containerd listens', () => {
  const paths = { pki: '/p', cni: '/c', cgroup: 'g' };
  const socket = JSON.parse(kubeletConfig(paths)).containerRuntimeEndpoint.replace('unix://', '');
  expect(containerdToml(paths)).toContain(`address = "${socket}"`);
  expect(corefile(paths)).toContain('/p/coredns.kubeconfig');
});
