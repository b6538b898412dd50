import type { ConfigMap } from '../kube/builtin.ts';
import { strip } from '../kube/strip.ts';
import { digest } from '../plan/canonical.ts';

const stripped = strip();

/** A generated ConfigMap as it is cached: of its data, only what tells whether it is as it should be. */
export function digested({ data = {}, binaryData: _binary, ...rest }: ConfigMap): ConfigMap {
  return { ...stripped(rest), data: { digest: digest(data) } };
}

/** Whether the ConfigMap had exactly this data. */
export function hadData({ data }: ConfigMap, wanted: object): boolean {
  return data?.digest === digest(wanted);
}
