import { isDeepStrictEqual } from 'node:util';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { sidecarContainers } from '../api/names.ts';
import type { Container, PodTemplate } from './template.ts';

/**
 * The JSON patch (RFC 6902) that turns one pod into the other. An index-wise comparison would rewrite every init
 * container behind an inserted one, so the sidecars are taken out and put in by operations of their own and only the
 * rest is compared.
 */
export function patchBetween(before: PodTemplate, after: PodTemplate): Operation[] {
  const [had, has] = [leading(before), leading(after)];
  if (isDeepStrictEqual(had, has)) return jsonPatch.compare(before, after);
  const kept = withoutLeading(before, had.length);
  const wanted = withoutLeading(after, has.length);
  const takeOut: Operation[] = had.map(() => ({ op: 'remove', path: '/spec/initContainers/0' }));
  const putIn: Operation[] = has.toReversed().map((value) => ({ op: 'add', path: '/spec/initContainers/0', value }));
  return [...takeOut, ...jsonPatch.compare(kept, wanted), ...putIn];
}

function leading({ spec }: PodTemplate): Container[] {
  const list = spec.initContainers ?? [];
  const end = list.findIndex((container) => !sidecarContainers.includes(container.name));
  return end === -1 ? list : list.slice(0, end);
}

/** With an empty list where there would be none: the patch must have a list to take from and put into. */
function withoutLeading(template: PodTemplate, count: number): PodTemplate {
  if (count === 0) return template;
  const initContainers = template.spec.initContainers?.slice(count) ?? [];
  return { ...template, spec: { ...template.spec, initContainers } };
}
