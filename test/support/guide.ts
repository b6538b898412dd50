import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../cluster/command.ts';

const root = join(import.meta.dirname, '../..');

/** The commands of a page of docs/guide, so that tests run what people read. */
export class Guide {
  readonly #blocks: readonly { readonly kind: string; readonly text: string }[];

  /** @param page its name, such as `install` */
  constructor(page: string) {
    const markdown = readFileSync(join(root, 'docs/guide', `${page}.md`), 'utf8');
    const found = markdown.matchAll(/^ *```(sh.*)\n([\s\S]*?)^ *```$/gm);
    this.#blocks = [...found].map(([, kind = '', text = '']) => ({ kind, text }));
  }

  /** The blocks that begin with just `sh`, in order, or with `sh <name>`. */
  commands(name?: string): readonly string[] {
    const kind = name === undefined ? 'sh' : `sh ${name}`;
    return this.#blocks.filter((block) => block.kind === kind).map(({ text }) => text);
  }
}

/** Runs commands in a shell in the folder of the repository, and gives back what they printed. The first failure ends them. */
export function shell(commands: string): Promise<string> {
  return must(['sh', '-euc', commands], { cwd: root });
}
