import { posix } from 'node:path';

/** What a Dockerfile takes from elsewhere: images that it builds on or copies from, and paths of its context. */
export type Inputs = { readonly images: readonly string[]; readonly paths: readonly string[] };

type Instruction = { readonly name: string; readonly words: readonly string[] };

function instructions(text: string): readonly Instruction[] {
  const joined = text.replace(/^\s*#.*\n?/gm, '').replace(/\\\s*\n/g, ' ');
  return joined
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', ...words] = line.split(/\s+/);
      return { name: name.toUpperCase(), words };
    });
}

function expand(word: string, values: ReadonlyMap<string, string>): string {
  return word.replace(
    /\$\{(\w+)\}|\$(\w+)/g,
    (_all, braced?: string, plain?: string) => values.get(braced ?? plain ?? '') ?? '',
  );
}

const sourcesOf = (words: readonly string[]): readonly string[] =>
  words.filter((word) => !word.startsWith('--')).slice(0, -1);

/**
 * Reads what a Dockerfile depends on (the reference of Dockerfile instructions: FROM, ARG before FROM, COPY, ADD).
 * `args` are build arguments that override the defaults. Stages of the file itself are not counted as images.
 */
export function inputsOf(text: string, args: Readonly<Record<string, string>> = {}): Inputs {
  const values = new Map<string, string>();
  const stages = new Set<string>();
  const images = new Set<string>();
  const paths = new Set<string>();
  const add = (image: string): void =>
    void (stages.has(image) || /^\d+$/.test(image) || image === 'scratch' || images.add(image));
  for (const { name, words } of instructions(text)) {
    if (name === 'ARG') {
      const [key = '', preset = ''] = (words[0] ?? '').split(/=(.*)/s);
      if (!values.has(key)) values.set(key, args[key] ?? expand(preset, values));
    } else if (name === 'FROM') {
      const [image = '', as, stage] = words.filter((word) => !word.startsWith('--'));
      add(expand(image, values));
      if (as?.toUpperCase() === 'AS' && stage !== undefined) stages.add(stage);
    } else if (name === 'COPY' || name === 'ADD') {
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      if (from === undefined) for (const source of sourcesOf(words)) paths.add(posix.normalize(expand(source, values)));
      else add(expand(from, values));
    }
  }
  return { images: [...images], paths: [...paths] };
}
