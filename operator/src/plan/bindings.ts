import type { Broker } from '../api/generated/broker.ts';
import type { Microservice } from '../api/generated/microservice.ts';
import { bindingSecretName } from '../api/names.ts';
import { microserviceAddress } from './address.ts';
import { grantsNamespace } from './grants.ts';
import type { PlanBinding } from './plan.ts';
import type { Problem } from './problem.ts';
import type { KafkaRecipe, SecretRecipe } from './recipe.ts';
import type { World } from './world.ts';

type Binding = NonNullable<Microservice['spec']['bindings']>[number];

/** One binding, resolved: what the pod gets, and what its Secret is made of if Standpipe writes it. */
export interface ResolvedBinding {
  readonly plan: PlanBinding;
  readonly recipe: SecretRecipe | null;
}

/** Resolves one binding, or says what is wrong with it. `unbuilt` bindings are left to the caller and give null. */
export function resolveBinding(world: World, binding: Binding, field: string): ResolvedBinding | Problem | null {
  if (binding.microservice !== undefined) return toMicroservice(world, binding, binding.microservice, field);
  if (binding.brokerName !== undefined) return toBroker(world, binding, binding.brokerName, field);
  if (binding.secretName !== undefined) return { plan: toSecret(binding, binding.secretName), recipe: null };
  return null;
}

function toMicroservice(
  world: World,
  binding: Binding,
  reference: NonNullable<Binding['microservice']>,
  field: string,
): ResolvedBinding | Problem {
  const address = microserviceAddress(world, reference, `${field}.microservice`);
  if ('reason' in address) return address;
  const { host, port, scheme } = address;
  const literals = {
    type: scheme,
    provider: 'standpipe',
    host,
    port: String(port),
    uri: `${scheme}://${host}:${port}`,
  };
  return generated(world, binding, { type: scheme, literals, kafka: null }, ['host', 'port', 'uri']);
}

function toBroker(world: World, binding: Binding, name: string, field: string): ResolvedBinding | Problem {
  const broker = world.brokers.find((candidate) => candidate.metadata.name === name);
  if (broker === undefined) {
    return {
      field: `${field}.brokerName`,
      reason: 'BrokerNotFound',
      message: `there is no Broker ${name}: name one that the platform team has set up`,
    };
  }
  if (!grantsNamespace(broker, world.namespace.labels)) {
    return {
      field: `${field}.brokerName`,
      reason: 'BrokerNotGranted',
      message: `no rule of Broker ${name} is for namespace ${world.namespace.name}: ask its owners for one in spec.access`,
    };
  }
  const kafka = kafkaRecipe(broker);
  if (kafka === null) {
    const mode = broker.spec.principals.mode;
    return {
      field: `${field}.brokerName`,
      reason: 'BrokerNotUsable',
      message: `Broker ${name} has principals.mode: ${mode}, which this version does not have yet: ask its owners for shared or none`,
    };
  }
  const keys = ['bootstrap-servers', 'security-protocol'];
  if (kafka.credential !== null) keys.push('sasl-mechanism', 'username', 'password');
  return generated(world, binding, { type: 'kafka', literals: {}, kafka }, keys);
}

/** The recipe for a Broker's clients, or null for a mode that is not built. */
export function kafkaRecipe(broker: Broker): KafkaRecipe | null {
  const { kafka, principals } = broker.spec;
  if (principals.mode !== 'none' && principals.mode !== 'shared') return null;
  return {
    broker: broker.metadata.name,
    bootstrap: kafka.bootstrap,
    security: kafka.security ?? 'sasl_ssl',
    mechanism: kafka.mechanisms?.[0] ?? 'scram-sha-512',
    credential: principals.mode === 'shared' ? (principals.shared?.secretName ?? null) : null,
    ca: kafka.ca === undefined ? null : { secretName: kafka.ca.secretName, key: kafka.ca.key ?? 'ca.crt' },
  };
}

function generated(
  world: World,
  binding: Binding,
  content: Pick<SecretRecipe, 'type' | 'literals' | 'kafka'>,
  keys: readonly string[],
): ResolvedBinding {
  const secretName = bindingSecretName(world.microservice.metadata.name, binding.name);
  const { files, env } = delivery(binding, keys, false);
  return {
    plan: { name: binding.name, secretName, entries: [], files, env },
    recipe: { binding: binding.name, secretName, ...content },
  };
}

/** Well-known Secret entries of the Service Binding specification 1.1, and `database`, which database services add. */
const wellKnownEntries = ['host', 'port', 'uri', 'username', 'password', 'database'] as const;

function toSecret(binding: Binding, secretName: string): PlanBinding {
  const { files, env } = delivery(binding, wellKnownEntries, true);
  const entries = (['type', 'provider'] as const).filter((entry) => binding[entry] !== undefined);
  return { name: binding.name, secretName, entries, files, env };
}

/**
 * Files, variables or both. The variable of a key is the binding's name and the key, in capitals: DB_PASSWORD. No
 * variable may begin with a digit, so a binding `1db` gives _1DB_PASSWORD: the pod would be refused.
 */
function delivery(binding: Binding, keys: readonly string[], optional: boolean): Pick<PlanBinding, 'files' | 'env'> {
  const as = binding.as ?? ['files'];
  const variable = (key: string) =>
    `${binding.name}_${key}`
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]/g, '_')
      .replace(/^\d/, '_$&');
  return {
    files: as.includes('files'),
    env: as.includes('env') ? keys.map((key) => ({ name: variable(key), key, optional })) : [],
  };
}
