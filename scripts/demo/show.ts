import { type Demo, kubectl, page, podOf, show } from './demo.ts';
import { until } from './event.ts';
import { linesAtSink, sinkPath } from './sink.ts';

/** The sections of the demo that only look. */

/** The shop's pods with the containers that were put in, in their order. */
export async function showPods(demo: Demo): Promise<void> {
  const columns =
    'POD:.metadata.name,READY:.status.containerStatuses[*].ready,SIDECARS:.spec.initContainers[*].name,CONTAINERS:.spec.containers[*].name';
  await show(demo, ['-n', 'shop', 'get', 'pods', '-o', `custom-columns=${columns}`]);
}

/** What the operator says about the services. */
export async function showMicroservices(demo: Demo): Promise<void> {
  await show(demo, ['get', 'microservices', '-A', '-o', 'wide']);
  await show(demo, ['get', 'brokers.standpipe.dev,logsinks.standpipe.dev']);
}

/** Which files a service has got as its binding: names, and the values that are no secret. */
export async function showBinding(demo: Demo): Promise<void> {
  const script = 'cd $SERVICE_BINDING_ROOT/events && ls && cat bootstrap-servers';
  await show(demo, ['-n', 'shop', 'exec', 'deploy/orders', '-c', 'app', '--', 'sh', '-c', `${script} && echo`]);
}

/** The one metrics page of a pod: the path for `kubectl get --raw`. */
export const metricsPath = (namespace: string, pod: string): string =>
  `/api/v1/namespaces/${namespace}/pods/${pod}:9470/proxy/metrics`;

/** Some lines of the one metrics page of a pod of `orders`: the requests, and the service's own counter. */
export async function showMetrics({ cluster, screen }: Demo): Promise<void> {
  const wanted = '^http_server_request_duration_seconds_count|^shop_orders';
  const path = metricsPath('shop', await podOf(cluster, 'orders'));
  const lines = (await page(cluster, path)).split('\n').filter((line) => new RegExp(wanted).test(line));
  screen.shown(`kubectl get --raw ${path} | grep -E '${wanted}'`, lines.join('\n'));
}

/** The newest lines of each service as they came to the sink. */
export async function showLogs({ cluster, screen }: Demo): Promise<void> {
  for (const service of ['front', 'orders', 'shipping']) {
    const lines = await until(() => linesAtSink(cluster, service, 2), `lines of ${service} are at the sink`);
    screen.shown(`kubectl get --raw '${sinkPath(`/lines?service=${service}&last=2`)}'`, lines);
  }
  screen.shown(`kubectl get --raw ${sinkPath('/counts')}`, await page(cluster, sinkPath('/counts')));
}

/** Why each pod's part of Standpipe is as it is: all conditions of one Microservice. */
export async function showConditions(demo: Demo): Promise<void> {
  const path = '{range .status.conditions[*]}{.type}{"\\t"}{.status}{"\\t"}{.reason}{"\\n"}{end}';
  await show(demo, ['-n', 'shop', 'get', 'microservice', 'orders', '-o', `jsonpath=${path}`]);
}

/** What the API server tells of a failed step: for the reader who has to find out why. */
export async function diagnose({ cluster, screen }: Demo): Promise<void> {
  const commands: readonly (readonly string[])[] = [
    ['get', 'pods', '-A', '-o', 'wide'],
    ['get', 'microservices', '-A', '-o', 'wide'],
    ['get', 'events', '-A', '--field-selector', 'type=Warning', '--sort-by', '.lastTimestamp'],
    ['-n', 'standpipe-system', 'logs', 'deploy/standpipe-controller', '--tail=20'],
    ['-n', 'standpipe-system', 'logs', 'deploy/standpipe-webhook', '--tail=20'],
  ];
  for (const command of commands) {
    const output = await kubectl(cluster, command).catch((error: unknown) => String(error));
    screen.shown(`kubectl ${command.join(' ')}`, output.split('\n').slice(-30).join('\n'));
  }
}
