import { UsageError } from './usageError.ts';

/** A file or the standard input cannot be read or is not YAML. The message begins with the file and, if known, the line. */
export class InputError extends UsageError {
  override readonly name: string = 'InputError';
}
