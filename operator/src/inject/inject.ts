import {
  configMapName,
  configVolume,
  injectedAnnotation,
  logsStateVolume,
  podLogsVolume,
  volumePrefix,
} from '../api/names.ts';
import type { SkipReason } from '../api/reasons.ts';
import type { Plan } from '../plan/plan.ts';
import { revisionOf } from '../plan/revision.ts';
import { allowEviction, annotatedTarget, exposeByAnnotations } from './annotations.ts';
import { addBindings, bindingPathTaken } from './bindings.ts';
import { divert } from './divert.ts';
import { Edit } from './edit.ts';
import { logDirectoryTaken, shareLogDirectories } from './files.ts';
import type { InjectionRecord } from './record.ts';
import { redirectInit } from './redirect.ts';
import { remove } from './remove.ts';
import { logsSidecar, metricsSidecar, type SidecarInput } from './sidecars.ts';
import { skipReason } from './skip.ts';
import { decideTaps, type TapDecision } from './taps.ts';
import type { PodTemplate } from './template.ts';

/** What the drain needs beside its budget: to count and write down what is left when the budget is spent, in seconds. */
const drainMarginSeconds = 2;

/** What became of a pod: injected, with its record, or admitted as it is, with the reason. */
export type Injection =
  | { readonly template: PodTemplate; readonly record: InjectionRecord; readonly decision: TapDecision }
  | { readonly skip: SkipReason };

/**
 * Puts into a pod what a Plan says. Pure; the given template is not changed. It first removes what an earlier run
 * added, so running it again gives the same, and `remove` of the result gives the pod as it was.
 */
export function inject(before: PodTemplate, plan: Plan): Injection {
  const bare = remove(before);
  const taken = bindingPathTaken(bare, plan) || logDirectoryTaken(bare, plan);
  const skip = skipReason(bare, plan) ?? (taken ? 'NameTaken' : null);
  if (skip !== null) return { skip };

  const edit = new Edit(bare);
  const decision = decideTaps(bare, plan);
  const revision = revisionOf(plan);
  const scrape = plan.metrics.scrapeDeclared || plan.metrics.expose !== 'annotations' ? [] : annotatedTarget(bare);
  divert(edit, decision.taps);
  addBindings(edit, plan);
  const sidecars = addSidecars(edit, plan, { revision, taps: decision.taps, completes: completes(bare), scrape });
  for (const name of plan.sidecar.imagePullSecrets) edit.addPullSecret(name);
  if (plan.logs !== null) edit.addGrace(plan.logs.drainSeconds + drainMarginSeconds);
  if (plan.metrics.expose === 'annotations') exposeByAnnotations(edit);

  // Asking for the annotations may note that there were none, so it comes before the record is read.
  const annotations = edit.annotations();
  const taps = decision.taps.map((tap) => tap.port);
  const record: InjectionRecord = { revision, tap: decision.reason, taps, sidecars, undo: edit.undo };
  annotations[injectedAnnotation] = JSON.stringify(record);
  return { template: edit.template, record, decision };
}

function completes({ spec }: PodTemplate): boolean {
  return spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure';
}

function addSidecars(edit: Edit, plan: Plan, input: SidecarInput): string[] {
  edit.addVolume({ name: configVolume, configMap: { name: configMapName(plan.microservice), optional: true } });
  const metrics = metricsSidecar(plan, input);
  const { inbound, redirectImage = '' } = plan.metrics;
  const redirect = inbound === 'redirect' ? redirectInit(redirectImage, input.taps) : null;
  const first = redirect === null ? [] : [redirect];
  if (plan.logs === null) return edit.addSidecars([...first, metrics]);
  const { logs } = plan;
  edit.addVolume({ name: logsStateVolume, emptyDir: { sizeLimit: String(logs.stateBytes) } });
  const files = logs.source === 'files' ? shareLogDirectories(edit, plan, logs.directories) : [];
  if (logs.source === 'stdout') {
    edit.addVolume({ name: podLogsVolume, hostPath: { path: '/var/log/pods', type: 'Directory' } });
  }
  const ours = files.map((mount) => mount.name).filter((name) => name.startsWith(volumePrefix));
  allowEviction(edit, [logsStateVolume, ...ours]);
  return edit.addSidecars([...first, logsSidecar(plan, logs, input, files), metrics]);
}
