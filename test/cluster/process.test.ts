import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { alive, ancestry, identify, kill, startTicks } from './process.ts';

test('the start time is found behind a command name with spaces and brackets', () => {
  const fields = Array.from({ length: 50 }, (_, index) => String(index + 3));
  expect(startTicks(`7 (a ) b) ${fields.join(' ')}`)).toBe('22');
});

test.skipIf(process.platform !== 'linux')(
  'a process is recognised, and killed only if it is the very one',
  async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    const id = identify(child.pid ?? 0);
    expect(id).toBeDefined();
    if (id === undefined) return;
    await kill({ ...id, start: 'another boot:1' });
    expect(alive(id)).toBe(true);
    await kill(id);
    expect(alive(id)).toBe(false);
  },
);

test.skipIf(process.platform !== 'linux')('our ancestry holds ourselves and our parent', () => {
  expect(ancestry()).toContain(process.pid);
  expect(ancestry()).toContain(process.ppid);
});
