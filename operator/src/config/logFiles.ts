/**
 * Which files are read, in one place: Fluent Bit gets these globs, and whoever compares its positions with the files' sizes
 * uses the same ones.
 */

/** One pattern of files: every directory that it covers, and the names in them. `*` is the only wildcard. */
export interface LogGlob {
  /** Absolute; may end in `/*`, which stands for each of its subdirectories. */
  readonly directory: string;
  /** The pattern of the file's name. */
  readonly name: string;
}

/** Endings of copies that rotation leaves behind; read too, they would send every line a second time. */
export const ignoredEndings: readonly string[] = ['.gz', '.zip', '.bz2', '.xz', '.zst', '.tmp'];

/** The container whose own lines are never read: a line about a line would never end. */
export const ownContainer = 'standpipe-logs';

/**
 * The glob of this pod's lines as the kubelet lays them out: `<container>/<restart>.log`, and while a rotated one is still
 * being read, `<restart>.log.<time>`.
 */
export function podGlob(podLogDir: string): LogGlob {
  return { directory: `${podLogDir}/*`, name: '*.log*' };
}

/**
 * The glob of a path that the app writes to. Names that rotation makes (`app.log.1`) are covered as well: a glob that loses a
 * renamed file loses its unread end when Fluent Bit starts again.
 */
export function fileGlob(path: string): LogGlob {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  return { directory: path.slice(0, slash), name: name.endsWith('*') ? name : `${name}*` };
}

/** Whether a file or directory name matches a pattern. As in a shell, `*` does not match a leading dot. */
export function matches(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}

/** Whether a file's name says that it is a packed copy or a file in the making. */
export function isIgnored(name: string): boolean {
  return ignoredEndings.some((ending) => name.endsWith(ending));
}
