import { type Case, caseMaker, expansion, long, many, type Spec } from './cases.ts';

const { accepts, rejects } = caseMaker('Microservice');
const http = { name: 'http', port: 8080 };

const logging = (fields: Spec): Spec => ({ logging: fields });
const file = (path: string): Spec => ({ logging: { source: 'files', files: [path] } });
const rejectsFile = (what: string, path: string, message?: string): Case =>
  rejects(what, file(path), message === undefined ? ['spec.logging.files[0]'] : ['spec.logging.files[0]', message]);

const logs: readonly Case[] = [
  accepts('empty logging', logging({})),
  accepts('whole logging', {
    logging: {
      source: 'files',
      files: ['/var/log/orders/*.log', '/app/logs/app.log'],
      format: 'text',
      multiline: 'java',
      sinkName: 'central',
      redact: { fields: ['email', 'user.phone', '@timestamp'], patterns: ['[0-9]{13,19}', 'a\\nb'] },
      drain: { timeout: '1m' },
    },
  }),
  rejects('a source that does not exist', logging({ source: 'journal' }), ['spec.logging.source']),
  rejects('source files without files', logging({ source: 'files' }), ['spec.logging.files', 'needs the paths']),
  rejects('files for source stdout', logging({ source: 'stdout', files: ['/var/log/orders/a.log'] }), [
    'spec.logging.files',
    'are read only with source: files or auto',
  ]),
  accepts('files for source auto', logging({ files: ['/var/log/orders/a.log'] })),
  rejects('no file in files', logging({ source: 'files', files: [] }), ['spec.logging.files']),
  rejects('17 files', logging({ files: many(17, (i) => `/logs/${i}.log`) }), ['spec.logging.files']),
  rejects('a file twice', logging({ files: ['/logs/a.log', '/logs/a.log'] }), ['spec.logging.files[1]']),
  rejects('multi-line joining of JSON', logging({ format: 'json', multiline: 'java' }), [
    'spec.logging.multiline',
    'joins lines of text',
  ]),
  accepts('multi-line joining of automatic text', logging({ multiline: 'node' })),
  rejects('a language without a preset', logging({ multiline: 'rust' }), ['spec.logging.multiline']),
  rejects('a format that does not exist', logging({ format: 'xml' }), ['spec.logging.format']),
  rejects('a sink with a slash', logging({ sinkName: 'a/b' }), ['spec.logging.sinkName', 'the name of a LogSink']),
  rejects('a drain of an hour', logging({ drain: { timeout: '1h' } }), ['spec.logging.drain.timeout', 'at most 10m']),
  rejects('a drain that is no duration', logging({ drain: { timeout: 'soon' } }), ['spec.logging.drain.timeout']),
  rejects('a field to redact with a space', logging({ redact: { fields: ['a b'] } }), [
    'spec.logging.redact.fields[0]',
    'the name of a field',
  ]),
  rejects('a field to redact that Fluent Bit would expand', logging({ redact: { fields: [expansion('PATH')] } }), [
    'spec.logging.redact.fields[0]',
  ]),
  rejects('a pattern that Fluent Bit would expand', logging({ redact: { patterns: [expansion('HOME')] } }), [
    'spec.logging.redact.patterns[0]',
    'must not contain ${',
  ]),
  rejects('a pattern with a line break', logging({ redact: { patterns: ['a\nb'] } }), [
    'spec.logging.redact.patterns[0]',
  ]),
  rejects('a pattern with NUL', logging({ redact: { patterns: ['a\u0000b'] } }), ['spec.logging.redact.patterns[0]']),
  rejects('a pattern of 257 characters', logging({ redact: { patterns: [long(257)] } }), [
    'spec.logging.redact.patterns[0]',
  ]),
];

const paths: readonly Case[] = [
  accepts('a log folder at the root', file('/logs/*.log')),
  accepts('a log file of a server in /usr/local', file('/usr/local/tomcat/logs/catalina.*')),
  accepts('a log file below a home', file('/home/app/logs/app.log')),
  accepts('a log file in /var/log itself', file('/var/log/app.log')),
  accepts('a log file in /tmp', file('/tmp/app.log')),
  accepts('a name that begins with dots', file('/app/..data/a.log')),
  rejectsFile('a relative path', 'var/log/a.log', 'an absolute path'),
  rejectsFile('a file at the root', '/a.log', 'an absolute path'),
  rejectsFile('a folder', '/var/log/orders/', 'an absolute path'),
  rejectsFile('an asterisk in a folder', '/var/log/*/a.log', 'an asterisk only in the last part'),
  rejectsFile('a list in one path', '/logs/a.log,/etc/x/b.log', 'an absolute path'),
  rejectsFile('a space', '/logs/a b.log'),
  rejectsFile('a variable', `/logs/${expansion('NAME')}.log`),
  rejectsFile('a line break', '/logs/a.log\n/etc/x/y'),
  rejectsFile('a path that climbs', '/var/log/../../etc/ssl/a.log', 'must not contain the parts'),
  rejectsFile('a path that stands still', '/var/log/./a.log', 'must not contain the parts'),
  rejectsFile('a path of 257 characters', `/logs/${long(251)}`),
  rejectsFile('the service account', '/var/run/secrets/kubernetes.io/serviceaccount/token', 'a folder of the system'),
  rejectsFile('/run', '/run/secrets/kubernetes.io/token', 'a folder of the system'),
  rejectsFile('/proc', '/proc/1/environ', 'a folder of the system'),
  rejectsFile('/etc', '/etc/standpipe/logs.json', 'a folder of the system'),
  rejectsFile('/dev', '/dev/shm/a.log', 'a folder of the system'),
  rejectsFile('/usr/bin', '/usr/bin/a', 'a folder of the system'),
  rejectsFile('/usr/local/lib', '/usr/local/lib/x/a', 'a folder of the system'),
  rejectsFile("the log sidecar's state", '/var/lib/standpipe/tail.db', 'a folder of the system'),
  rejectsFile("the node's log folder", '/var/log/pods/x/a.log', 'a folder of the system'),
  rejectsFile(
    "the log sidecar's sight of the pod's logs",
    '/var/log/standpipe-pod/app/0.log',
    'a folder of the system',
  ),
  rejectsFile("Fluent Bit's programs", '/fluent-bit/bin/x', 'a folder of the system'),
  rejectsFile('a file in /usr itself', '/usr/a.log', 'would hide what else is in it'),
  rejectsFile('a file in /opt itself', '/opt/a.log', 'would hide what else is in it'),
  rejectsFile('a file in /usr/local itself', '/usr/local/a.log', 'would hide what else is in it'),
];

const metrics = (fields: Spec): Spec => ({ ports: [http], metrics: fields });

const measured: readonly Case[] = [
  accepts('whole metrics', {
    ports: [http],
    metrics: {
      ...{ inbound: 'none', forwardedFor: true, maxSeries: 100, expose: 'podMonitor' },
      scrape: [{ port: 'http', path: '/m?x=1' }],
    },
  }),
  accepts('two pages of one port', metrics({ scrape: [{ port: 'http' }, { port: 'http', path: '/more' }] })),
  rejects(
    'a page twice, once by default',
    metrics({ scrape: [{ port: 'http' }, { port: 'http', path: '/metrics' }] }),
    ['spec.metrics.scrape[1]'],
  ),
  rejects('a way in that does not exist', metrics({ inbound: 'iptables' }), ['spec.metrics.inbound']),
  rejects('a way in that YAML 1.1 reads as false', metrics({ inbound: false }), ['spec.metrics.inbound']),
  rejects('a page of a port that is not declared', metrics({ scrape: [{ port: 'web' }] }), [
    'spec.metrics',
    'scrape[].port must be the name of one of spec.ports',
  ]),
  rejects('a page without any ports', { metrics: { scrape: [{ port: 'http' }] } }, ['spec.metrics', 'add the port']),
  rejects('a page of a URL', metrics({ scrape: [{ port: 'http', path: 'http://169.254.169.254/' }] }), [
    'spec.metrics.scrape[0].path',
    'beginning with a slash',
  ]),
  accepts('requests that keep their head', metrics({ forwardedFor: false })),
  rejects('an address in the name of another field', metrics({ forwardedFor: 'Forwarded' }), [
    'spec.metrics.forwardedFor',
  ]),
  rejects('9 pages', metrics({ scrape: many(9, (i) => ({ port: 'http', path: `/${i}` })) }), ['spec.metrics.scrape']),
  rejects('a budget of 99 series', metrics({ maxSeries: 99 }), ['spec.metrics.maxSeries']),
  rejects('a budget of 100001 series', metrics({ maxSeries: 100_001 }), ['spec.metrics.maxSeries']),
  rejects('an exposition that does not exist', metrics({ expose: 'serviceMonitor' }), ['spec.metrics.expose']),
];

const page = (fields: Spec, protocol = 'http'): Spec => ({
  ports: [{ ...http, protocol }],
  metrics: { scrape: [{ port: 'http', ...fields }] },
});
const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

const secured: readonly Case[] = [
  accepts('a page over TLS', page({ scheme: 'https', tls: { caBundle: certificate, serverName: 'orders.shop.svc' } })),
  accepts('a page over TLS on a port that is forwarded unseen', page({ scheme: 'https' }, 'tcp')),
  accepts('a page whose certificate is not checked', page({ scheme: 'https', tls: { skipVerify: true } })),
  rejects('a page in the clear on a port without HTTP', page({}, 'tcp'), ['spec.metrics', 'or tcp where its']),
  rejects('a scheme that does not exist', page({ scheme: 'ftp' }), ['spec.metrics.scrape[0].scheme']),
  rejects('TLS in the clear', page({ tls: {} }), ['spec.metrics.scrape[0].tls', 'only for https']),
  rejects(
    'certificates that are not checked',
    page({ scheme: 'https', tls: { skipVerify: true, caBundle: certificate } }),
    ['spec.metrics.scrape[0].tls', 'would be ignored'],
  ),
  rejects('a CA that is no PEM', page({ scheme: 'https', tls: { caBundle: 'MIIB' } }), [
    'spec.metrics.scrape[0].tls.caBundle',
    'BEGIN CERTIFICATE',
  ]),
  rejects('a server name with a port', page({ scheme: 'https', tls: { serverName: 'orders:8443' } }), [
    'spec.metrics.scrape[0].tls.serverName',
    'a DNS name',
  ]),
];

const routes = (...list: string[]): Spec => metrics({ routes: list });
const rejectsRoute = (what: string, route: string): Case =>
  rejects(what, routes(route), ['spec.metrics.routes[0]', 'must be a path']);

const routed: readonly Case[] = [
  accepts('routes', routes('/', '/users/{user}/orders', '/files/{path...}', '/v1/items.json', '/shop/')),
  rejectsRoute('a route without a slash', 'users/{user}'),
  rejectsRoute('a rest that is not at the end', '/files/{path...}/x'),
  rejectsRoute('a name inside a segment', '/users/u-{user}'),
  rejectsRoute('a name with capitals', '/users/{userId}'),
  rejectsRoute('a route with a query', '/users?x=1'),
  rejectsRoute('a route with a line break', '/users\n'),
  rejectsRoute('a pattern of another kind', '/users/*'),
  rejects('a route twice', routes('/a', '/a'), ['spec.metrics.routes[1]']),
  rejects('65 routes', routes(...many(65, (i) => `/${i}`)), ['spec.metrics.routes']),
];

const cpu = (value: unknown): Spec => ({ sidecars: { metrics: { resources: { requests: { cpu: value } } } } });

const platform: readonly Case[] = [
  accepts('resources of every sidecar', {
    sidecars: {
      metrics: { resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: { cpu: 1, memory: '0.5Gi' } } },
      logs: { resources: { requests: { cpu: 0, memory: '64M' }, limits: { cpu: '1.5', memory: 134217728 } } },
      pipe: { resources: { requests: { cpu: '1.5', memory: '1Gi' }, limits: { cpu: 2, memory: '2G' } } },
    },
  }),
  rejects('a quantity with a wrong unit', cpu('20mb'), ['spec.sidecars.metrics.resources.requests.cpu']),
  rejects('a negative quantity', cpu('-1'), ['spec.sidecars.metrics.resources.requests.cpu']),
  rejects('a negative number', cpu(-1), ['spec.sidecars.metrics.resources.requests.cpu']),
  rejects('a broken number', cpu(0.5), ['spec.sidecars.metrics.resources.requests.cpu']),
  rejects('an image for a sidecar', { sidecars: { logs: { image: 'evil' } } }, ['spec.sidecars.logs.image']),
  accepts('a whole rollout', { rollout: { restart: 'manual', onCredentials: 'restart' } }),
  rejects('a restart that does not exist', { rollout: { restart: 'never' } }, ['spec.rollout.restart']),
  rejects('a reaction that does not exist', { rollout: { onCredentials: 'none' } }, ['spec.rollout.onCredentials']),
];

/** The cases of spec.logging, spec.metrics, spec.sidecars and spec.rollout. */
export const telemetryCases: readonly Case[] = [...logs, ...paths, ...measured, ...secured, ...routed, ...platform];
