/** Small objects for the tests of the operator; pods are never run here. */

export const container = {
  name: 'app',
  image: 'example.org/app:1',
  env: [{ name: 'PORT', value: '8080' }],
  ports: [{ containerPort: 8080, name: 'http' }],
  livenessProbe: { httpGet: { path: '/', port: 'http' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    runAsUser: 1000,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

/** Kinds of workloads with pod templates of one shape. */
export type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob';

/** A workload of one container. @param pod fields of the pod beside the container */
export function workload(kind: Kind, name: string, pod: object = {}): object {
  const labels = { app: name };
  const restartPolicy = kind === 'CronJob' ? { restartPolicy: 'Never' } : {};
  const template = { metadata: { labels }, spec: { containers: [container], ...restartPolicy, ...pod } };
  const selector = { matchLabels: labels };
  const spec =
    kind === 'CronJob'
      ? { schedule: '* * * * *', suspend: true, jobTemplate: { spec: { template } } }
      : { selector, template, ...(kind === 'StatefulSet' ? { serviceName: name } : {}) };
  return { apiVersion: kind === 'CronJob' ? 'batch/v1' : 'apps/v1', kind, metadata: { name }, spec };
}

export function microservice(name: string, spec: object = {}): object {
  return { apiVersion: 'standpipe.dev/v1alpha1', kind: 'Microservice', metadata: { name }, spec };
}

export function service(name: string, port = 80): object {
  const ports = [{ name: 'http', port, targetPort: 'http' }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports } };
}
