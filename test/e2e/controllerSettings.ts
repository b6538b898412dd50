import { stringify } from 'yaml';
import { apply, kubectl } from './kubectl.ts';

const system = 'standpipe-system';
const deployment = 'deployment/standpipe-controller';

/** The name of the ConfigMap that the controller reads its settings from. */
export function settingsName(): Promise<string> {
  const path = 'jsonpath={.spec.template.spec.volumes[0].configMap.name}';
  return kubectl(['-n', system, 'get', deployment, '-o', path]);
}

/** Has the controller read another ConfigMap, and waits until it does. */
export async function useSettings(name: string): Promise<void> {
  const value = { name: 'settings', configMap: { name } };
  const op = JSON.stringify([{ op: 'replace', path: '/spec/template/spec/volumes/0', value }]);
  await kubectl(['-n', system, 'patch', deployment, '--type=json', '-p', op]);
  await kubectl(['-n', system, 'rollout', 'status', deployment, '--timeout=180s']);
}

/** Makes or changes a ConfigMap with settings. */
export async function writeSettings(name: string, settings: object): Promise<void> {
  const data = { 'settings.yaml': stringify(settings) };
  await apply(system, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
}
