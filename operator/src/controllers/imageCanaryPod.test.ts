import { expect, test } from 'vitest';
import type { Pod } from '../kube/builtin.ts';
import { plan } from '../plan/testing/builders.ts';
import {
  type ImageTrial,
  type ImageVerdict,
  imageCanaryName,
  imageCanaryPod,
  imagesOf,
  judgeImageCanary,
} from './imageCanaryPod.ts';

const [trial] = imagesOf(plan()) as [ImageTrial];

const unscheduled = { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] };
const scheduled = { conditions: [{ type: 'PodScheduled', status: 'True' }] };
const container = (state: object) => ({ ...scheduled, containerStatuses: [{ name: 'sidecar', state }] });
const waiting = (reason: string, message?: string) => container({ waiting: { reason, message } });
const ended = (terminated: object) => container({ terminated });
const failed = (text: string): ImageVerdict => ({ state: 'failed', text });

test.each<[string, object | undefined, number, ImageVerdict]>([
  ['no kubelet has seen', undefined, 0, { state: 'waiting' }],
  ['waits for a node', unscheduled, 59_999, { state: 'waiting' }],
  ['gets no node', unscheduled, 60_000, failed('no node took it within 60 s: 0/3 nodes are available')],
  ['no scheduler has seen', {}, 60_000, failed('no node took it within 60 s')],
  ['is being made', waiting('ContainerCreating'), 300_000, { state: 'waiting' }],
  ['never starts', waiting('ContainerCreating'), 360_000, failed('it has not started within 360 s')],
  ['runs', container({ running: {} }), 0, { state: 'pulled' }],
  ['ended well', ended({ exitCode: 0 }), 0, { state: 'pulled' }],
  [
    'has another program in its image',
    ended({ exitCode: 128, reason: 'StartError', message: 'exec format error' }),
    0,
    failed('its program ended with exit code 128: StartError: exec format error'),
  ],
  [
    'cannot be pulled',
    waiting('ErrImagePull', 'rpc error:\n\u001b[31mnot found'),
    0,
    failed('ErrImagePull: rpc error: [31mnot found'),
  ],
  ['has a name that is none', waiting('InvalidImageName'), 0, failed('InvalidImageName')],
  [
    'was ended by its kubelet',
    { ...scheduled, phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active too long' },
    0,
    failed('DeadlineExceeded: Pod was active too long'),
  ],
])('a trial pod that %s', (_title, status, waitedMs, expected) => {
  expect(judgeImageCanary({ status } as Pod, waitedMs)).toEqual(expected);
});

test('words of others are cut off', () => {
  const verdict = judgeImageCanary({ status: waiting('ErrImagePull', 'x'.repeat(10_000)) } as unknown as Pod, 0);
  expect(verdict).toMatchObject({ state: 'failed', text: expect.stringMatching(/^ErrImagePull: x+…$/) });
  expect('text' in verdict && verdict.text).toHaveLength(400);
});

test('the same image has the same trial pod, and another one another', () => {
  expect(imageCanaryName(trial)).toBe(imageCanaryName({ ...trial }));
  expect(imageCanaryName({ ...trial, image: 'other' })).not.toBe(imageCanaryName(trial));
  expect(imageCanaryName({ ...trial, imagePullSecrets: ['a'] })).not.toBe(imageCanaryName(trial));
});

test('a platform that assigns users assigns that of the trial pod too', () => {
  const user = (runAsUser: number | null) =>
    imageCanaryPod('n', { ...trial, runAsUser }).spec?.containers[0]?.securityContext?.runAsUser;
  expect([user(10_001), user(null)]).toEqual([10_001, undefined]);
});

test('the image that redirects traffic is proven too, by its own program', () => {
  const metrics = { ...plan().metrics, inbound: 'redirect' as const, redirectImage: 'example.org/nft:1' };
  const trials = imagesOf(plan({ metrics })).map(({ image, command }) => [image, ...command]);
  expect(trials).toEqual([
    [trial.image, '/usr/local/bin/node', '--version'],
    ['example.org/nft:1', '/usr/sbin/nft', '--version'],
  ]);
});
