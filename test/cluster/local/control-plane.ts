import { join } from 'node:path';
import { type Layout, NETWORK } from './layout.ts';

/** Where a cluster's programs and files are. */
export type Paths = {
  readonly binaries: string;
  readonly pki: string;
  readonly state: string;
};

/** The paths of the cluster with that layout. */
export function pathsOf(layout: Layout, binaries: string): Paths {
  return { binaries, pki: join(layout.state, 'pki'), state: layout.state };
}

/** Where etcd answers, in the cluster's network. */
export const ETCD_CLIENT = 'http://127.0.0.1:2379';
const ETCD_PEER = 'http://127.0.0.1:2380';

function etcd({ binaries, state }: Paths): readonly string[] {
  return [
    join(binaries, 'etcd'),
    `--data-dir=${join(state, 'etcd')}`,
    '--unsafe-no-fsync', // the data does not outlive the cluster
    '--log-level=warn',
    `--listen-client-urls=${ETCD_CLIENT}`,
    `--advertise-client-urls=${ETCD_CLIENT}`,
    `--listen-peer-urls=${ETCD_PEER}`,
    `--initial-advertise-peer-urls=${ETCD_PEER}`,
    `--initial-cluster=default=${ETCD_PEER}`,
  ];
}

function apiServer({ binaries, pki, state }: Paths): readonly string[] {
  return [
    join(binaries, 'kube-apiserver'),
    `--etcd-servers=${ETCD_CLIENT}`,
    '--secure-port=6443',
    '--bind-address=0.0.0.0',
    `--advertise-address=${NETWORK.node}`,
    '--endpoint-reconciler-type=master-count',
    `--tls-cert-file=${join(pki, 'apiserver.crt')}`,
    `--tls-private-key-file=${join(pki, 'apiserver.key')}`,
    `--client-ca-file=${join(pki, 'ca.crt')}`,
    `--token-auth-file=${join(pki, 'tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    '--anonymous-auth=false',
    '--enable-admission-plugins=NodeRestriction',
    `--service-cluster-ip-range=${NETWORK.services}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${join(pki, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(pki, 'sa.key')}`,
    `--kubelet-client-certificate=${join(pki, 'kubelet-client.crt')}`,
    `--kubelet-client-key=${join(pki, 'kubelet-client.key')}`,
    `--kubelet-certificate-authority=${join(pki, 'ca.crt')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--allow-privileged=true',
    `--cert-dir=${join(state, 'certs', 'apiserver')}`,
    '--profiling=false',
  ];
}

function controllerManager({ binaries, pki, state }: Paths): readonly string[] {
  return [
    join(binaries, 'kube-controller-manager'),
    `--kubeconfig=${join(pki, 'controllers.kubeconfig')}`,
    // It starts beside the API server, before it may read the request-header configuration.
    '--authentication-tolerate-lookup-failure=true',
    '--use-service-account-credentials=true',
    `--root-ca-file=${join(pki, 'ca.crt')}`,
    `--service-account-private-key-file=${join(pki, 'sa.key')}`,
    `--cluster-signing-cert-file=${join(pki, 'ca.crt')}`,
    `--cluster-signing-key-file=${join(pki, 'ca.key')}`,
    '--kube-api-qps=500', // at the default of 20 the default service account takes ten seconds
    '--kube-api-burst=1000',
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(state, 'certs', 'controllers')}`,
    '--profiling=false',
  ];
}

function scheduler({ binaries, pki, state }: Paths): readonly string[] {
  return [
    join(binaries, 'kube-scheduler'),
    `--kubeconfig=${join(pki, 'scheduler.kubeconfig')}`,
    '--authentication-tolerate-lookup-failure=true',
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(state, 'certs', 'scheduler')}`,
    '--profiling=false',
  ];
}

/** The command line of each control-plane component, by its name. */
export function controlPlane(paths: Paths): { readonly [name: string]: readonly string[] } {
  return {
    etcd: etcd(paths),
    'kube-apiserver': apiServer(paths),
    'kube-controller-manager': controllerManager(paths),
    'kube-scheduler': scheduler(paths),
  };
}
