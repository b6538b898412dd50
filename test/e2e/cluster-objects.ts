/** Small workloads that show what a cluster can do. They need no image but Node's. */
const IMAGE = 'node:24-bookworm-slim';

const restricted = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  runAsUser: 10001,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const script = (text: string): readonly string[] => ['node', '-e', text];

const HELLO = `require('node:http').createServer((_, answer) => answer.end('hello')).listen(8080);
process.on('SIGTERM', () => process.exit(0));`;

/** A Deployment of two web servers and the Service in front of them. */
export const web = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 2,
          containers: [
            {
              name: 'web',
              image: IMAGE,
              command: script(HELLO),
              ports: [{ containerPort: 8080, name: 'http' }],
              readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
              resources: { requests: { cpu: '10m', memory: '32Mi' } },
              securityContext: restricted,
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
  },
];

const SIDECAR = `process.on('SIGTERM', () => setTimeout(() => { console.log('flushed'); process.exit(0); }, 500));
require('node:net').createServer().listen(9000);`;

/** A Job whose native sidecar must be up before the main program and is stopped, in peace, after it. */
export const jobWithSidecar = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'side' },
  spec: {
    backoffLimit: 0,
    template: {
      spec: {
        restartPolicy: 'Never',
        initContainers: [
          {
            name: 'sidecar',
            image: IMAGE,
            restartPolicy: 'Always',
            startupProbe: { tcpSocket: { port: 9000 }, periodSeconds: 1, failureThreshold: 60 },
            command: script(SIDECAR),
          },
        ],
        containers: [{ name: 'main', image: IMAGE, command: script("console.log('worked')") }],
      },
    },
  },
};

const READER = `const fs = require('node:fs');
const look = () => {
  let text = '';
  try { text = fs.readFileSync('/logs/main/0.log', 'utf8'); } catch {}
  if (text.endsWith('\\n')) process.stdout.write('seen: ' + text);
  else setTimeout(look, 200);
};
setTimeout(look, 200);
setInterval(() => {}, 1e6);`;

const field = (name: string, fieldPath: string): object => ({ name, valueFrom: { fieldRef: { fieldPath } } });

/** A pod whose sidecar, an ordinary user of group 0, reads the pod's own log files on the node. */
export const logReader = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'reader' },
  spec: {
    terminationGracePeriodSeconds: 1,
    initContainers: [
      {
        name: 'reader',
        image: IMAGE,
        restartPolicy: 'Always',
        command: script(READER),
        env: [
          field('POD_NAME', 'metadata.name'),
          field('POD_NAMESPACE', 'metadata.namespace'),
          field('POD_UID', 'metadata.uid'),
        ],
        securityContext: { ...restricted, runAsGroup: 0 },
        volumeMounts: [
          { name: 'logs', mountPath: '/logs', readOnly: true, subPathExpr: '$(POD_NAMESPACE)_$(POD_NAME)_$(POD_UID)' },
        ],
      },
    ],
    containers: [{ name: 'main', image: IMAGE, command: script("console.log('a line'); setInterval(() => {}, 1e6)") }],
    volumes: [{ name: 'logs', hostPath: { path: '/var/log/pods', type: 'Directory' } }],
  },
};

/** A pod that the restricted Pod Security standard refuses: it does not say that it runs as an ordinary user. */
export const carelessPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'careless' },
  spec: { containers: [{ name: 'main', image: IMAGE }] },
};
