import { redirectContainer } from '../api/names.ts';
import type { Tap } from './taps.ts';
import type { Container } from './template.ts';

/** What one run of nft needs; it ends in some milliseconds. */
const resources = { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } };

/**
 * The init container that leads callers to the taps, or null where nothing is redirected. It writes one table of the
 * pod's own network and ends; nothing of the node is touched.
 */
export function redirectInit(image: string, taps: readonly Tap[]): Container | null {
  if (taps.length === 0) return null;
  return {
    name: redirectContainer,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/usr/sbin/nft', rulesOf(taps)],
    resources,
    securityContext: {
      runAsUser: 0,
      runAsNonRoot: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

/**
 * The rules in the language of nft(8). The hook prerouting sees what comes from outside and nothing that starts in the pod,
 * so what the taps send to the app is not led back to them. Run again, it gives the same: the first two statements
 * make sure that there is no table before it is made.
 */
function rulesOf(taps: readonly Tap[]): string {
  const rules = taps.flatMap(({ port, past }) => [
    `tcp dport ${port.app} redirect to :${port.listen}`,
    ...(past === undefined ? [] : [`tcp dport ${past} redirect to :${port.app}`]),
  ]);
  return [
    'table inet standpipe',
    'delete table inet standpipe',
    'table inet standpipe {',
    '  chain inbound {',
    '    type nat hook prerouting priority dstnat',
    ...rules.map((rule) => `    ${rule}`),
    '  }',
    '}',
    '',
  ].join('\n');
}
