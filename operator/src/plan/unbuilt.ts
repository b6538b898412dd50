import type { Broker } from '../api/generated/broker.ts';
import type { LogSink } from '../api/generated/logSink.ts';
import type { Microservice } from '../api/generated/microservice.ts';

/**
 * The declared fields that this version does not have yet. They change nothing; the condition
 * NotImplementedInThisVersion names them.
 */
export function unbuiltFields({ spec }: Microservice): string[] {
  const fields: string[] = [];
  spec.bindings?.forEach((binding, i) => {
    if (binding.service !== undefined) fields.push(`spec.bindings[${i}].service`);
  });
  spec.subscribes?.forEach((subscription, i) => {
    if (subscription.deliver !== undefined) fields.push(`spec.subscribes[${i}].deliver`);
  });
  const { logging, rollout, sidecars } = spec;
  if (logging?.format === 'logfmt') fields.push('spec.logging.format: logfmt');
  if (logging?.multiline !== undefined && logging.multiline !== 'none') fields.push('spec.logging.multiline');
  if (logging?.redact !== undefined) fields.push('spec.logging.redact');
  if (rollout?.onCredentials === 'restart') fields.push('spec.rollout.onCredentials: restart');
  if (sidecars?.pipe !== undefined) fields.push('spec.sidecars.pipe');
  return fields;
}

/** The same for a Broker. */
export function unbuiltBrokerFields({ spec }: Broker): string[] {
  const fields: string[] = [];
  if (spec.principals.mode !== 'shared' && spec.principals.mode !== 'none') {
    fields.push(`spec.principals.mode: ${spec.principals.mode}`);
  }
  if (spec.topics?.create === true) fields.push('spec.topics.create');
  return fields;
}

/** The same for a LogSink. */
export function unbuiltSinkFields({ spec }: LogSink): string[] {
  if (spec.type !== 'http') return [`spec.type: ${spec.type}`];
  const fields: string[] = [];
  if (spec.credentials !== undefined) fields.push('spec.credentials');
  if ((spec.http?.headers ?? []).length > 0) fields.push('spec.http.headers');
  for (const field of ['ca', 'serverName', 'clientCertificate'] as const) {
    if (spec.tls?.[field] !== undefined) fields.push(`spec.tls.${field}`);
  }
  return fields;
}
