import { compileConstraints } from '../api/constraints.ts';
import { memberPath } from '../api/fieldPath.ts';
import type { SchemaProblem } from '../api/schemaProblem.ts';
import type { Schema } from '../api/structural.ts';
import type { FoundTemplate } from './podTemplates.ts';

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
const map: Schema = { type: 'object', additionalProperties: text };

function named(properties: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: 'array', items: { type: 'object', required: ['name'], properties: { name: text, ...properties } } };
}

const containers = named({
  command: texts,
  args: texts,
  env: named({ value: text }),
  ports: { type: 'array', items: { type: 'object', properties: { containerPort: { type: 'integer' } } } },
  volumeMounts: named({ mountPath: text }),
});

/** What injection reads of a pod template (core/v1 PodTemplateSpec). The rest is for the API server to check. */
const check = compileConstraints({
  type: 'object',
  properties: {
    metadata: { type: 'object', properties: { labels: map, annotations: map } },
    spec: {
      type: 'object',
      properties: {
        containers,
        initContainers: containers,
        volumes: named(),
        imagePullSecrets: { type: 'array', items: { type: 'object' } },
        nodeSelector: map,
        tolerations: { type: 'array', items: { type: 'object', properties: { key: text } } },
        terminationGracePeriodSeconds: { type: 'integer' },
      },
    },
  },
});

/** What in a pod template the API server would refuse and injection cannot read; fields begin at the object. */
export function templateFaults({ object, path, template }: FoundTemplate): SchemaProblem[] {
  const within = path.slice(object.path.length).join('.');
  return check(template).map(({ field, message }) => ({ field: memberPath(within, field), message }));
}
