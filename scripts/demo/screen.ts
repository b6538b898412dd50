import { readable } from '../../test/cluster/log.ts';

/** What the demo writes to the terminal. */
export interface Screen {
  /** A part of the demo, with a title. */
  heading(title: string): void;
  /** A sentence for the reader. */
  say(text: string): void;
  /** A command as the reader could give it, and what it answered. */
  shown(command: string, output: string): void;
  /** Runs one step: its name at the start, its duration at the end. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** A screen on standard output. Bold and dim text only where a terminal shows it. */
export function terminal(write: (text: string) => void, colours: boolean): Screen {
  const style = (code: number, text: string): string => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  let steps = 0;
  return {
    heading: (title) => write(`\n${style(1, `── ${title}`)}\n`),
    say: (text) => write(`${text}\n`),
    shown: (command, output) => write(`\n${style(2, `$ ${command}`)}\n${indented(output)}`),
    async step(title, work) {
      steps += 1;
      write(`[${String(steps).padStart(2)}] ${title} ...\n`);
      const start = Date.now();
      const after = (): string => readable(Date.now() - start);
      try {
        const result = await work();
        write(`     ${style(2, `done in ${after()}`)}\n`);
        return result;
      } catch (error) {
        write(
          `     ${style(1, `failed after ${after()}`)}: ${error instanceof Error ? error.message : String(error)}\n`,
        );
        throw error;
      }
    },
  };
}

/** Log lines are long; what identifies them is at their start. */
const widest = 200;

function indented(output: string): string {
  if (output.trim() === '') return '';
  return output
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line.length > widest ? `${line.slice(0, widest)}…` : line}\n`)
    .join('');
}
