import { CONTAINERD_SOCKET, NETWORK } from './layout.ts';

/** The configuration files of a node's daemons, as texts. */

/** Where the files lie that the texts name. */
export type ConfigPaths = { readonly pki: string; readonly cni: string; readonly cgroup: string };

/** The image of every pod's sandbox container. */
export const PAUSE_IMAGE = 'localhost/pause:1';

/** containerd's: the version-2 format, which 1.6 reads and 2.x migrates by itself. */
export function containerdToml({ cni }: ConfigPaths): string {
  const unused = ['aufs', 'btrfs', 'devmapper', 'zfs', 'native'].map(
    (name) => `"io.containerd.snapshotter.v1.${name}"`,
  );
  return `version = 2
root = "/run/images"
state = "/run/containerd"
disabled_plugins = [${unused.join(', ')}]
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.internal.v1.opt"]
  path = "/run/containerd-opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  disable_apparmor = true
  # Without CAP_SYS_RESOURCE (many containers and sandboxes lack it) a score below one's own cannot be set.
  restrict_oom_score_adj = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cni}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
}

/** The pods' network: one bridge, no way out of the machine. */
export function cniConflist(): string {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: NETWORK.pods }]],
    routes: [{ dst: '0.0.0.0/0' }],
    dataDir: '/run/cni-ipam',
  };
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: false, hairpinMode: true, ipam };
  const ports = { type: 'portmap', capabilities: { portMappings: true } };
  return JSON.stringify({ cniVersion: '1.0.0', name: 'pods', plugins: [bridge, ports] });
}

/** The kubelet's. */
export function kubeletConfig({ pki, cgroup }: ConfigPaths): string {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '0.0.0.0',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${pki}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${pki}/kubelet.crt`,
    tlsPrivateKeyFile: `${pki}/kubelet.key`,
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    failCgroupV1: false, // 1.35 and later refuse cgroup v1 by default
    failSwapOn: false,
    protectKernelDefaults: true, // read the machine's sysctls, never write them
    clusterDNS: [NETWORK.dns],
    clusterDomain: 'cluster.local',
    resolvConf: '',
    maxPods: 250,
    podPidsLimit: 4096,
    registryPullQPS: 0,
    eventRecordQPS: 0,
    volumePluginDir: '/run/kubelet/volumeplugins',
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    imageMinimumGCAge: '24h',
    evictionHard: {
      'memory.available': '200Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
    },
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
    syncFrequency: '1s', // ConfigMap and Secret volumes follow within about a second
    nodeStatusUpdateFrequency: '10s',
    fileCheckFrequency: '0s',
    httpCheckFrequency: '0s',
    enableDebuggingHandlers: true,
  });
}

/** kube-proxy's. The conntrack limits are the machine's and cannot be written from a network namespace. */
export function kubeProxyConfig({ pki }: ConfigPaths): string {
  return JSON.stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: `${pki}/proxy.kubeconfig` },
    hostnameOverride: NETWORK.nodeName,
    bindAddress: NETWORK.node,
    mode: 'nftables',
    clusterCIDR: NETWORK.pods,
    detectLocalMode: 'ClusterCIDR',
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    nftables: { minSyncPeriod: '200ms', syncPeriod: '30s' },
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
  });
}

/** CoreDNS's. Names that are not the cluster's do not exist (NXDOMAIN, where an empty server would say REFUSED). */
export function corefile({ pki }: ConfigPaths): string {
  return `cluster.local:53 in-addr.arpa:53 {
    bind ${NETWORK.dns}
    errors
    health 127.0.0.1:8080
    ready 127.0.0.1:8181
    kubernetes cluster.local in-addr.arpa {
        kubeconfig ${pki}/coredns.kubeconfig
        pods insecure
        ttl 1
    }
    cache 1
}
.:53 {
    bind ${NETWORK.dns}
    template ANY ANY {
        rcode NXDOMAIN
    }
}
`;
}
