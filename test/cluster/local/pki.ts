import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authority, type Certificate, keyPair, type Subject } from './certificates.ts';
import { type Layout, NETWORK } from './layout.ts';

/** The users of the API server, by the name of their kubeconfig file. */
const USERS = {
  admin: { user: 'admin', group: 'system:masters' },
  controllers: { user: 'system:kube-controller-manager', group: '' },
  scheduler: { user: 'system:kube-scheduler', group: '' },
  kubelet: { user: `system:node:${NETWORK.nodeName}`, group: 'system:nodes' },
  proxy: { user: 'system:kube-proxy', group: '' },
  coredns: { user: 'system:coredns', group: '' },
} as const;

const CERTIFICATES: { readonly [file: string]: Subject } = {
  apiserver: {
    name: 'kube-apiserver',
    usage: 'server',
    hosts: ['localhost', 'kubernetes', 'default', 'default.svc', 'default.svc.cluster.local'].map((suffix) =>
      suffix === 'localhost' || suffix === 'kubernetes' ? suffix : `kubernetes.${suffix}`,
    ),
    addresses: ['127.0.0.1', NETWORK.node, NETWORK.apiService],
  },
  'kubelet-client': { name: 'kube-apiserver-kubelet-client', groups: ['system:masters'], usage: 'client' },
  kubelet: {
    name: `system:node:${NETWORK.nodeName}`,
    groups: ['system:nodes'],
    usage: 'server',
    hosts: [NETWORK.nodeName],
    addresses: [NETWORK.node, '127.0.0.1'],
  },
};

/** A kubeconfig for one user with a token. JSON is YAML too. */
export function kubeconfig(ca: string, token: string): string {
  const cluster = { server: NETWORK.api, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'standpipe',
    clusters: [{ name: 'standpipe', cluster }],
    users: [{ name: 'standpipe', user: { token } }],
    contexts: [{ name: 'standpipe', context: { cluster: 'standpipe', user: 'standpipe' } }],
  });
}

/** A line of the API server's static token file: token, user, uid, groups. */
export function tokenLine(token: string, user: string, group: string): string {
  return [token, user, user, ...(group === '' ? [] : [`"${group}"`])].join(',');
}

async function writeAll(folder: string): Promise<void> {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });
  const pair = (name: string, made: Certificate): void => {
    write(`${name}.crt`, made.certificate);
    write(`${name}.key`, made.privateKey);
  };
  const ca = await authority('standpipe-test');
  pair('ca', ca);
  for (const [name, subject] of Object.entries(CERTIFICATES)) pair(name, await ca.sign(subject));
  const serviceAccounts = await keyPair();
  write('sa.key', serviceAccounts.privateKey);
  write('sa.pub', serviceAccounts.publicKey);
  const tokens = Object.entries(USERS).map(([name, { user, group }]) => {
    const token = randomBytes(20).toString('hex');
    write(`${name}.kubeconfig`, kubeconfig(ca.certificate, token));
    return tokenLine(token, user, group);
  });
  write('tokens.csv', `${tokens.join('\n')}\n`);
}

/** Makes the cluster's certificates, tokens and kubeconfigs; those of an earlier run are kept. Gives back their folder. */
export async function ensurePki(layout: Layout): Promise<string> {
  const folder = join(layout.state, 'pki');
  if (existsSync(folder)) return folder;
  const scratch = `${folder}.new`;
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  await writeAll(scratch);
  renameSync(scratch, folder);
  return folder;
}
