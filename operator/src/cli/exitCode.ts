/** What a command's exit status says to the script that called it. */
export const exitCodes = {
  /** Everything asked for was done. */
  done: 0,
  /** It could not be done: the cluster refused, or something broke. */
  failed: 1,
  /** The command line or the input is wrong; the message says where. */
  usage: 2,
  /** It was done, and something was found that should stop a pipeline. */
  findings: 3,
  /** A controller lost the lead, or could not keep it: it ends so that nothing of it is written, and is started anew. */
  leadLost: 4,
} as const;

/** One of the exit statuses. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
