import { ETCD_CLIENT } from './control-plane.ts';

/** What is asked of etcd itself, by the JSON gateway of its API (etcd.io/docs, "gRPC gateway"), from inside the cluster. */
async function post<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(`${ETCD_CLIENT}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`etcd refuses ${path}: ${text}`);
  return JSON.parse(text) as T;
}

/** Forgets all history: what was overwritten or deleted before now cannot be read or watched any more. */
export async function compact(): Promise<void> {
  const zero = Buffer.from([0]).toString('base64');
  const { header } = await post<{ readonly header: { readonly revision: string } }>('range', { key: zero });
  await post('compaction', { revision: header.revision, physical: true });
}
