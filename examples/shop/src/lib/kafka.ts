import { Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs';
import { type Binding, readBinding, required } from './binding.ts';

/**
 * A Kafka client for the broker that the binding names. The binding is read on every call, so a client that is built
 * again after a failure uses the credentials of now.
 */
export function kafkaFrom(bindingName: string, clientId: string): Kafka {
  return new Kafka({
    clientId,
    ...connection(readBinding(bindingName)),
    connectionTimeout: 3000,
    requestTimeout: 4000,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 3 },
    // Every failure reaches the caller, who logs it once.
    logLevel: logLevel.NOTHING,
  });
}

/** The part of kafkajs's configuration that says where the broker is and who the service is. */
export function connection(binding: Binding): Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'> {
  const security = (binding['security-protocol'] ?? 'PLAINTEXT').toUpperCase();
  const ca = binding['ca.crt'];
  return {
    brokers: required(binding, 'bootstrap-servers').split(','),
    ...(security.endsWith('SSL') && { ssl: ca === undefined ? true : { ca: [ca] } }),
    ...(security.startsWith('SASL') && { sasl: sasl(binding) }),
  };
}

function sasl(binding: Binding): SASLOptions {
  const mechanism = required(binding, 'sasl-mechanism').toLowerCase();
  if (mechanism !== 'scram-sha-512' && mechanism !== 'scram-sha-256' && mechanism !== 'plain') {
    throw new Error(`this service cannot log in with ${mechanism}: use SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN`);
  }
  const user = { username: required(binding, 'username'), password: required(binding, 'password') };
  // One literal each: kafkajs tells the mechanisms apart by type.
  if (mechanism === 'scram-sha-512') return { mechanism, ...user };
  return mechanism === 'scram-sha-256' ? { mechanism, ...user } : { mechanism, ...user };
}
