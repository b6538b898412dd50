import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unifiedDiff } from './diff.ts';

test('equal texts give nothing', () => {
  expect(unifiedDiff('a\nb\n', 'a\nb\n', 'x')).toEqual([]);
});

test('changes that are near each other share a hunk, others have their own', () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  const after = before.flatMap((line, i) => (i === 1 ? ['two'] : i === 6 ? [] : i === 18 ? [line, 'more'] : [line]));
  expect(unifiedDiff(before.join('\n'), after.join('\n'), 'it').join('\n')).toBe(
    `--- it
+++ it, injected
@@ -1,10 +1,9 @@
 line 1
-line 2
+two
 line 3
 line 4
 line 5
 line 6
-line 7
 line 8
 line 9
 line 10
@@ -17,4 +16,5 @@
 line 17
 line 18
 line 19
+more
 line 20`,
  );
});

test('what comes out of nothing begins at line 0', () => {
  expect(unifiedDiff('', 'a\n', 'x').slice(2)).toEqual(['@@ -0,0 +1,1 @@', '+a']);
});

/** What `patch` does, for hunks that fit exactly. */
function patched(before: readonly string[], diff: readonly string[]): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff.slice(2)) {
    const [, start, length] = /^@@ -(\d+),(\d+) /.exec(line) ?? [];
    if (start !== undefined) {
      const next = Number(length) === 0 ? Number(start) : Number(start) - 1;
      result.push(...before.slice(at, next));
      at = next;
    } else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      expect(before[at]).toBe(line.slice(1));
      if (line.startsWith(' ')) result.push(line.slice(1));
      at += 1;
    }
  }
  return [...result, ...before.slice(at)];
}

test('the difference makes one text of the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '  d: 1'), { maxLength: 40 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(patched(before, unifiedDiff(before.join('\n'), after.join('\n'), 'x'))).toEqual(after);
    }),
  );
});
