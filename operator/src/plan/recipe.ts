import type { Broker } from '../api/generated/broker.ts';

/**
 * How the content of a binding's Secret is made. `resolve` never sees a secret value; the controller fetches what
 * `credential` and `ca` name from the operator's own namespace and mixes it by the recipe.
 */
export interface SecretRecipe {
  readonly binding: string;
  readonly secretName: string;
  /** The type of the Secret, `servicebinding.io/<type>` (Service Binding specification 1.1, "Well-known Secret Entries"). */
  readonly type: string;
  /** Entries that are known without reading anything. */
  readonly literals: Readonly<Record<string, string>>;
  /** For a broker: where the credential and the certificate come from. */
  readonly kafka: KafkaRecipe | null;
}

/** The parts of a Broker that a client needs. */
export interface KafkaRecipe {
  readonly broker: string;
  readonly bootstrap: readonly string[];
  readonly security: NonNullable<Broker['spec']['kafka']['security']>;
  readonly mechanism: string;
  /** A Secret in the operator's namespace with username and password; null for a broker without a login. */
  readonly credential: string | null;
  /** A Secret in the operator's namespace, and its key, with the broker's certificate authority. */
  readonly ca: { readonly secretName: string; readonly key: string } | null;
}
