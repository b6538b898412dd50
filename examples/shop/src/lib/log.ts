import { appendFileSync, renameSync, statSync } from 'node:fs';

/** What a line may carry beside its message. */
export type Fields = Readonly<Record<string, unknown>>;

/** A log of JSON lines. */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** Beyond this size a log file is put aside as `<file>.1`, so that two files bound the disk that is used. */
const maxFileBytes = 1024 * 1024;

/** A log on stdout: the twelve-factor way, and the default of the shop's services. */
export function stdoutLog(service: string): Log {
  return logTo(service, (line) => process.stdout.write(line));
}

/** A log in a file, as many older services have it. Its folder must exist. */
export function fileLog(service: string, path: string): Log {
  return logTo(service, (line) => {
    rotate(path);
    appendFileSync(path, line);
  });
}

/** The text of anything that was thrown, for a line's `error` field. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function logTo(service: string, write: (line: string) => void): Log {
  const at =
    (level: string) =>
    (message: string, fields: Fields = {}): void =>
      write(`${JSON.stringify({ time: new Date().toISOString(), level, service, message, ...fields })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

function rotate(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxFileBytes) renameSync(path, `${path}.1`);
}
