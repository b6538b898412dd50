import { expect } from 'vitest';
import type { Microservice } from '../../operator/src/api/generated/microservice.ts';
import { kubectl } from '../e2e/kubectl.ts';
import { eventually } from '../support/eventually.ts';

/** Reads one object. */
export async function read<T = Record<string, never>>(namespace: string, kind: string, name: string): Promise<T> {
  return JSON.parse(await kubectl(['-n', namespace, 'get', kind, name, '-o', 'json'])) as T;
}

/** Reads the objects of a kind. */
export async function readAll<T>(namespace: string, kind: string, ...args: string[]): Promise<T[]> {
  const list = await kubectl(['-n', namespace, 'get', kind, '-o', 'json', ...args]);
  return (JSON.parse(list) as { items: T[] }).items;
}

/** Waits until a condition of a Microservice has a reason, for its present generation, and gives the object back. */
export function untilCondition(namespace: string, name: string, type: string, reason: string): Promise<Microservice> {
  return eventually(async () => {
    const object = await read<Microservice>(namespace, 'microservice', name);
    const condition = object.status?.conditions?.find((candidate) => candidate.type === type);
    expect(condition).toMatchObject({ reason, observedGeneration: object.metadata.generation });
    return object;
  });
}

/** The message of a condition. */
export function messageOf(microservice: Microservice, type: string): string | undefined {
  return microservice.status?.conditions?.find((condition) => condition.type === type)?.message;
}
