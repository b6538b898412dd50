/** The command line was used wrongly, or an input could not be read: the message says what to do, without a stack. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}
