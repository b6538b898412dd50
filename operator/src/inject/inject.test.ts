import fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import { describe, expect, test } from 'vitest';
import { anyPlan, anyPod } from './arbitraries.ts';
import { inject } from './inject.ts';
import { patchBetween } from './patch.ts';
import { remove } from './remove.ts';
import type { PodTemplate } from './template.ts';

/** Runs a property on every pair of a pod and a Plan that injects it, and fails if hardly any pair did. */
function forInjected(property: (before: PodTemplate, after: PodTemplate, again: () => PodTemplate) => void): void {
  let injected = 0;
  fc.assert(
    fc.property(anyPod, anyPlan, (pod, plan) => {
      const result = inject(pod, plan);
      if ('skip' in result) return;
      injected += 1;
      property(pod, result.template, () => {
        const second = inject(result.template, plan);
        if ('skip' in second) throw new Error(`the second run skips: ${second.skip}`);
        return second.template;
      });
    }),
    { numRuns: 3000 },
  );
  expect(injected).toBeGreaterThan(200);
}

describe('inject', () => {
  test('gives the same when it runs again', () => {
    forInjected((_before, after, again) => expect(again()).toEqual(after));
  });

  test('is undone exactly by remove', () => {
    forInjected((before, after) => expect(remove(after)).toEqual(remove(before)));
  });

  test('does not change the pod that it was given', () => {
    fc.assert(
      fc.property(anyPod, anyPlan, (pod, plan) => {
        const copy = structuredClone(pod);
        inject(pod, plan);
        expect(pod).toEqual(copy);
      }),
    );
  });

  test('is described exactly by its patch', () => {
    forInjected((before, after) => {
      const patched = jsonPatch.applyPatch(structuredClone(before), patchBetween(before, after)).newDocument;
      expect(patched).toEqual(after);
    });
  });

  test('patches nothing when nothing changes', () => {
    forInjected((_before, after, again) => expect(patchBetween(after, again())).toEqual([]));
  });

  test('leaves the containers of other injectors alone', () => {
    forInjected((before, after) => {
      const foreign = (pod: PodTemplate) => pod.spec.containers.filter(({ name }) => name === 'istio-proxy');
      expect(foreign(after)).toEqual(foreign(remove(before)));
    });
  });

  test('mounts no two volumes at one path of a container', () => {
    const twice = (pod: PodTemplate) =>
      [...(pod.spec.initContainers ?? []), ...pod.spec.containers].flatMap(({ name, volumeMounts = [] }) => {
        const paths = volumeMounts.map(({ mountPath }) => mountPath);
        return paths.length === new Set(paths).size ? [] : [name];
      });
    // Pods that have it already are refused by the API server, with or without Standpipe.
    forInjected((before, after) => expect(twice(after)).toEqual(twice(before)));
  });
});
