import { managedBy, managedByLabel } from '../api/names.ts';
import type { Pod } from '../kube/builtin.ts';
import type { Created } from '../kube/calls.ts';
import { digest } from '../plan/canonical.ts';
import type { Plan, PlanSidecar } from '../plan/plan.ts';
import { oneLine } from './oneLine.ts';

/** The one container of a trial pod. */
const container = 'sidecar';

/** How long a trial pod may wait for a node, in milliseconds. */
const schedulingMs = 60_000;
/** How long its image may take, in seconds: after that the kubelet ends the pod. */
const pullSeconds = 300;
/** After which time a trial pod of which no kubelet tells anything is given up, in milliseconds. */
const silenceMs = (pullSeconds + 60) * 1000;

/** An image that is to be proven, how it is pulled and run, and a command that ends at once. */
export interface ImageTrial extends PlanSidecar {
  readonly command: readonly string[];
}

/** The images that a Plan puts into pods. */
export function imagesOf({ sidecar, metrics: { inbound, redirectImage } }: Plan): readonly ImageTrial[] {
  const sidecars = { ...sidecar, command: ['/usr/local/bin/node', '--version'] };
  if (inbound !== 'redirect' || redirectImage === undefined) return [sidecars];
  return [sidecars, { ...sidecar, image: redirectImage, command: ['/usr/sbin/nft', '--version'] }];
}

/** How a trial pod stands. */
export type ImageVerdict =
  | { readonly state: 'pulled' | 'waiting' }
  | { readonly state: 'failed'; readonly text: string };

/** What a kubelet calls a container that it is about to start. It has a word for each kind of failure, and gets new ones. */
const underWay: readonly string[] = ['ContainerCreating', 'PodInitializing'];

/** The name of an image's trial pod: always the same, so that a process that starts anew finds it. */
export function imageCanaryName(trial: ImageTrial): string {
  return `image-${digest(trial)}`;
}

/**
 * A pod that has an image pulled, prints the version of what it is for and ends. It is what the restricted
 * standard wants, has no token, and carries no mark: the webhook leaves it alone.
 */
export function imageCanaryPod(namespace: string, trial: ImageTrial): Created<Pod> {
  const { image, imagePullPolicy, imagePullSecrets, runAsUser, command } = trial;
  const securityContext = {
    ...(runAsUser === null ? {} : { runAsUser }),
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  return {
    metadata: { name: imageCanaryName(trial), namespace, labels: { [managedByLabel]: managedBy } },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: pullSeconds,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      imagePullSecrets: imagePullSecrets.map((name) => ({ name })),
      containers: [
        {
          name: container,
          image,
          imagePullPolicy,
          command,
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
          securityContext,
        },
      ],
    },
  } as unknown as Created<Pod>;
}

/**
 * Judges a trial pod: the image is proven when its container runs or ended well. Pure.
 * @param waitedMs how long the pod has been waited for
 */
export function judgeImageCanary({ status }: Pod, waitedMs: number): ImageVerdict {
  const state = status?.containerStatuses?.find(({ name }) => name === container)?.state;
  if (state?.running !== undefined || state?.terminated?.exitCode === 0) return { state: 'pulled' };
  if (state?.terminated !== undefined) {
    const { exitCode, reason, message } = state.terminated;
    return failed(`its program ended with exit code ${exitCode}`, reason, message);
  }
  const waiting = state?.waiting;
  if (waiting?.reason !== undefined && !underWay.includes(waiting.reason)) {
    return failed(waiting.reason, waiting.message);
  }
  if (status?.phase === 'Failed') return failed(status.reason, status.message);
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'True') {
    return waitedMs < schedulingMs
      ? { state: 'waiting' }
      : failed(`no node took it within ${schedulingMs / 1000} s`, scheduled?.message);
  }
  if (waitedMs < silenceMs) return { state: 'waiting' };
  return failed(`it has not started within ${silenceMs / 1000} s`);
}

function failed(...words: readonly (string | undefined)[]): ImageVerdict {
  const text = words.filter((word) => word !== undefined && word !== '').join(': ');
  return { state: 'failed', text: oneLine(text, 400) };
}
