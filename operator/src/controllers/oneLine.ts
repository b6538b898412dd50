/** Text of somebody else's as one line for a condition: without control characters, and cut off where it is long. */
export function oneLine(text: string, longest: number): string {
  const line = text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
