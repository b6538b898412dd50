import { expect, test } from 'vitest';
import { type Identity, issueIdentity } from './certificate.ts';
import {
  afterRotation,
  bundleOf,
  type CertificateState,
  certificateLifetimeMs,
  decideRotation,
  previousTrustedMs,
  propagationMs,
} from './rotation.ts';

const start = Date.UTC(2030, 0, 1);
const minuteMs = 60_000;
const dayMs = 86_400_000;
const dnsNames = ['standpipe-webhook.ns.svc'];

function issue(ms: number, names: readonly string[] = dnsNames): Promise<Identity> {
  return issueIdentity({ dnsNames: names, now: new Date(start + ms), lifetimeMs: certificateLifetimeMs });
}

/** The step for a state at a time, with the bundle written or not. */
function step(state: CertificateState, ms: number, bundleWritten = true) {
  return decideRotation({ state, bundleWritten, dnsNames, now: new Date(start + ms) });
}

const serving = await issue(0);
const next = await issue(60 * dayMs);

test('without a certificate one is issued to be served at once', () => {
  expect(step({}, 0, false)).toEqual({ do: 'issue_serving', why: 'there is no certificate yet' });
});

test('a fresh certificate waits for two thirds of its life', () => {
  const decided = step({ serving }, minuteMs);
  expect(decided.do).toBe('wait');
  const days = decided.do === 'wait' ? (decided.until.getTime() - start) / dayMs : Number.NaN;
  expect(days).toBeCloseTo(60, 1);
});

test('after two thirds of its life the next one is issued, and the present one stays', () => {
  expect(step({ serving }, 59.9 * dayMs).do).toBe('wait');
  expect(step({ serving }, 60.1 * dayMs).do).toBe('issue_next');
});

test('a certificate that lacks a name, is unreadable or has expired is replaced at once', async () => {
  const other = await issue(0, ['other.ns.svc']);
  expect(step({ serving: other }, 0)).toMatchObject({ do: 'issue_serving', why: `it lacks the name ${dnsNames[0]}` });
  expect(step({ serving: { ...serving, certificate: 'x' } }, 0)).toMatchObject({ why: 'it cannot be read' });
  expect(step({ serving: { ...serving, authority: 'x' } }, 0)).toMatchObject({ why: 'it cannot be read' });
  expect(step({ serving }, 91 * dayMs)).toMatchObject({ do: 'issue_serving', why: 'it has expired' });
});

test('after an expiry a next one that is ready is used at once', () => {
  expect(step({ serving, next }, 91 * dayMs, false)).toEqual({ do: 'promote' });
});

test('the bundle is repaired before anything else goes on', () => {
  const trustedSince = new Date(start);
  expect(step({ serving, next: { ...next, trustedSince } }, 70 * dayMs, false)).toEqual({ do: 'write_bundle' });
  expect(step({ serving }, minuteMs, false)).toEqual({ do: 'write_bundle' });
});

test('the next certificate is served only five minutes after its authority was seen in the configuration', () => {
  const seen = 60.2 * dayMs;
  expect(step({ serving, next }, seen)).toEqual({ do: 'note_trusted' });
  const trusted = { serving, next: { ...next, trustedSince: new Date(start + seen) } };
  expect(step(trusted, seen + propagationMs - 1).do).toBe('wait');
  expect(step(trusted, seen + propagationMs)).toEqual({ do: 'promote' });
});

test('the old authority is trusted for another day, and then forgotten', () => {
  const promoted = afterRotation({ do: 'promote' }, { serving, next }, new Date(start + 61 * dayMs), undefined);
  expect(bundleOf(promoted)).toBe(serving.authority + next.authority);
  expect(step(promoted, 61.9 * dayMs).do).toBe('wait');
  expect(step(promoted, 62 * dayMs)).toEqual({ do: 'forget_previous' });
  expect(bundleOf(afterRotation({ do: 'forget_previous' }, promoted, new Date(), undefined))).toBe(next.authority);
});

test('serving the next certificate leaves the bundle as it is', () => {
  const before: CertificateState = { serving, next: { ...next, trustedSince: new Date(start) } };
  expect(bundleOf(afterRotation({ do: 'promote' }, before, new Date(start), undefined))).toBe(bundleOf(before));
});

test('a next certificate that cannot be used is issued anew', () => {
  const broken = { ...next, certificate: 'x' };
  expect(step({ serving, next: broken }, 61 * dayMs).do).toBe('issue_next');
});

/** Lives through a time, step by step, as the controller does. Returns the steps and what was shown when. */
async function live(untilMs: number) {
  let state: CertificateState = {};
  let written = '';
  const steps: string[] = [];
  const trusted: { readonly at: number; readonly bundle: string }[] = [];
  const shown: { readonly at: number; readonly authority: string }[] = [];
  for (let at = 0; at < untilMs; ) {
    const now = new Date(start + at);
    const decided = decideRotation({ state, bundleWritten: written === bundleOf(state), dnsNames, now });
    if (decided.do === 'wait') {
      at = Math.max(at + 1, decided.until.getTime() - start);
      continue;
    }
    steps.push(decided.do);
    if (decided.do === 'write_bundle') {
      written = bundleOf(state);
      trusted.push({ at, bundle: written });
    } else {
      state = afterRotation(decided, state, now, decided.do.startsWith('issue') ? await issue(at) : undefined);
      const authority = state.serving?.authority ?? '';
      if (shown.at(-1)?.authority !== authority) shown.push({ at, authority });
    }
  }
  return { steps, trusted, shown };
}

test('through a year, every certificate is trusted before it is shown and until a day after', async () => {
  const { steps, trusted, shown } = await live(365 * dayMs);
  expect(steps.slice(0, 9)).toEqual([
    ...['issue_serving', 'write_bundle'],
    ...['issue_next', 'write_bundle', 'note_trusted', 'promote', 'forget_previous', 'write_bundle'],
    'issue_next',
  ]);
  expect(shown.length).toBe(7);
  for (const [index, { at, authority }] of shown.entries()) {
    const within = trusted.filter(({ bundle }) => bundle.includes(authority)).map((each) => each.at);
    const firstWithout =
      trusted.find((each) => each.at > at && !each.bundle.includes(authority))?.at ?? Number.MAX_VALUE;
    const end = shown[index + 1]?.at ?? 0;
    // The first one of all has nobody to wait for.
    if (index > 0) expect(at - Math.min(...within)).toBeGreaterThanOrEqual(propagationMs);
    expect(firstWithout - end).toBeGreaterThanOrEqual(previousTrustedMs);
  }
});
