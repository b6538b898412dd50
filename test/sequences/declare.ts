import { request } from 'undici';
import type { Connection } from '../../operator/src/kube/connection.ts';

/** What the API server said to a declaration. */
export interface Answer {
  readonly accepted: boolean;
  /** Why not. */
  readonly message: string;
}

interface Body {
  readonly message?: string;
  readonly metadata?: { readonly resourceVersion?: string };
}

/** Creates or replaces a Microservice as kubectl does, with unknown fields refused. */
export async function declare(connection: Connection, namespace: string, name: string, spec: unknown): Promise<Answer> {
  const collection = `/apis/standpipe.dev/v1alpha1/namespaces/${namespace}/microservices`;
  const object = { apiVersion: 'standpipe.dev/v1alpha1', kind: 'Microservice', metadata: { name, namespace }, spec };
  for (;;) {
    const { status, body: present } = await send(connection, 'GET', `${collection}/${name}`);
    const { resourceVersion } = present.metadata ?? {};
    const query = '?fieldValidation=Strict';
    const { status: written, body } =
      status === 404
        ? await send(connection, 'POST', `${collection}${query}`, object)
        : await send(connection, 'PUT', `${collection}/${name}${query}`, {
            ...object,
            metadata: { ...object.metadata, resourceVersion },
          });
    // Its status was written in between.
    if (written === 409) continue;
    return { accepted: written === 200 || written === 201, message: body.message ?? '' };
  }
}

async function send(connection: Connection, method: 'GET' | 'POST' | 'PUT', path: string, object?: object) {
  const { dispatcher, headers } = await connection.credentials();
  const { statusCode, body } = await request(`${connection.server}${path}`, {
    dispatcher,
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(object === undefined ? {} : { body: JSON.stringify(object) }),
  });
  return { status: statusCode, body: (await body.json()) as Body };
}
