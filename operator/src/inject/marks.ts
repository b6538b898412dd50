import { microserviceLabel, revisionAnnotation } from '../api/names.ts';
import type { PodTemplate } from './template.ts';

/** A pod template with the marks: whose pods these are and, if given, which Plan they get. */
export function withMarks(template: PodTemplate, microservice: string, revision?: string): PodTemplate {
  const { metadata } = template;
  const labels = { ...metadata?.labels, [microserviceLabel]: microservice };
  const annotations =
    revision === undefined ? {} : { annotations: { ...metadata?.annotations, [revisionAnnotation]: revision } };
  return { ...template, metadata: { ...metadata, labels, ...annotations } };
}
