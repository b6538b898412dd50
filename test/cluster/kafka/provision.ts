import { text } from 'node:stream/consumers';
import { type Provision, provision } from './admin.ts';
import type { KafkaUser } from './settings.ts';

/** A program, run in the cluster's network: standard input says what broker, who asks, and what shall be there. */
type Order = { readonly bootstrap: string; readonly admin: KafkaUser; readonly wanted: Provision };

const { bootstrap, admin, wanted } = JSON.parse(await text(process.stdin)) as Order;
await provision(bootstrap, admin, wanted);
