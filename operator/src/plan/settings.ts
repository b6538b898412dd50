import { Ajv, type ErrorObject } from 'ajv';
import type { Resources } from './plan.ts';
import { overLimit } from './resources.ts';

/** The platform team's settings, the same for all Microservices. */
export interface Settings {
  /** The image of the sidecars. Give it by digest in production. */
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Names of pull secrets that exist in the namespaces of the services. */
  readonly imagePullSecrets: readonly string[];
  /** The user of the sidecars; null where the platform assigns users (OpenShift). */
  readonly runAsUser: number | null;
  /**
   * What a change of these settings does to workloads that run: `none` waits for their own next change and reports them as
   * stale, `waves` rolls them a few at a time.
   */
  readonly platformRollouts: 'none' | 'waves';
  readonly canary: {
    /** Whether a pod of the operator's own proves the image before a workload is marked; false where it could not run. */
    readonly image: boolean;
  };
  readonly metrics: {
    readonly resources: Resources;
    /**
     * An image with /usr/sbin/nft, such as the cluster's own kube-proxy; it allows `metrics.inbound: redirect`, which
     * needs an init container with NET_ADMIN. Null: not allowed.
     */
    readonly redirectImage: string | null;
    /** Labels of every PodMonitor, by which the platform's Prometheus chooses those that are for it. */
    readonly podMonitorLabels: Readonly<Record<string, string>>;
  };
  readonly logs: {
    /** False where no image with Fluent Bit can be had: then no service gets a logs sidecar, and its status says so. */
    readonly enabled: boolean;
    /** `auto` asks the Pod Security label of the namespace. */
    readonly hostPath: 'auto' | 'allowed' | 'denied';
    readonly resources: Resources;
  };
}

/** A quantity (Kubernetes API conventions). One that is wrong would make the API server refuse every injected pod. */
const quantity = { type: 'string', pattern: '^[0-9]+([.][0-9]+)?(m|[kMGTPE]|[KMGTPE]i)?$' };

const quantities = (defaults: Readonly<Record<string, string>>) => ({
  type: 'object',
  additionalProperties: quantity,
  default: {},
  properties: Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, { ...quantity, default: value }]),
  ),
});
const resources = (requests: Readonly<Record<string, string>>, limits: Readonly<Record<string, string>>) => ({
  type: 'object',
  additionalProperties: false,
  default: {},
  properties: { requests: quantities(requests), limits: quantities(limits) },
});

/** The JSON schema of the settings. */
export const settingsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    image: { type: 'string', minLength: 1, default: 'ghcr.io/standpipe/sidecar:0.1.0' },
    imagePullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'], default: 'IfNotPresent' },
    imagePullSecrets: { type: 'array', items: { type: 'string', minLength: 1 }, default: [] },
    runAsUser: { type: ['integer', 'null'], minimum: 1, default: 10_001 },
    platformRollouts: { enum: ['none', 'waves'], default: 'none' },
    canary: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: { image: { type: 'boolean', default: true } },
    },
    metrics: {
      type: 'object',
      additionalProperties: false,
      default: {},
      // From measurements of the sidecar: docs/design/2026-11-24-metrics-sidecar.md and 2026-11-24-logs-sidecar.md.
      properties: {
        resources: resources({ cpu: '10m', memory: '48Mi' }, { memory: '128Mi' }),
        redirectImage: { type: ['string', 'null'], minLength: 1, default: null },
        podMonitorLabels: { type: 'object', additionalProperties: { type: 'string', maxLength: 63 }, default: {} },
      },
    },
    logs: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        enabled: { type: 'boolean', default: true },
        hostPath: { enum: ['auto', 'allowed', 'denied'], default: 'auto' },
        resources: resources({ cpu: '20m', memory: '88Mi' }, { memory: '192Mi' }),
      },
    },
  },
};

const validate = new Ajv({ useDefaults: true, allErrors: true, allowUnionTypes: true }).compile<Settings>(
  settingsSchema,
);

/**
 * Settings from a parsed document, with defaults for what is left out.
 * @param document any value; `undefined` and `null` mean an empty document
 * @throws Error that lists every field that is wrong
 */
export function readSettings(document: unknown): Settings {
  const copy: unknown = structuredClone(document ?? {});
  const faults = validate(copy) ? contradictions(copy) : (validate.errors ?? []).map(faultText);
  if (faults.length === 0) return copy as Settings;
  throw new Error(`the settings are not valid: ${faults.join('; ')}`);
}

/** The API server would refuse every pod with such a sidecar. */
function contradictions(settings: Settings): string[] {
  return (['metrics', 'logs'] as const).flatMap((sidecar) => {
    const over = overLimit(settings[sidecar].resources);
    return over === undefined ? [] : [`${sidecar}.resources: ${over}`];
  });
}

function faultText({ instancePath, keyword, message, params }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll('/', '.');
  if (keyword === 'additionalProperties') {
    const unknown = String(params.additionalProperty);
    return `there is no setting ${path === '' ? unknown : `${path}.${unknown}`}`;
  }
  const field = path === '' ? 'the document' : path;
  if (keyword === 'enum') return `${field} must be one of ${(params.allowedValues as string[]).join(', ')}`;
  if (keyword === 'type') return `${field} must be ${String(params.type).replace(',', ' or ')}`;
  if (keyword === 'pattern') return `${field} must be a quantity as a text, such as "100m" or "64Mi"`;
  return `${field} ${message}`;
}
