import { hasKind } from './kind.ts';
import { goFault, isBuilt } from './kube/binaries.ts';
import type { Mode } from './local/layout.ts';
import { IMAGES, KAFKA, NODE, type Prerequisite, SANDBOX, which } from './prerequisites.ts';

/** What is installed as it is needed, where that is possible. */
function programsFor(mode: Mode): readonly Prerequisite[] {
  return mode === 'node' ? [...SANDBOX, ...NODE, ...IMAGES, ...KAFKA] : SANDBOX;
}

/** What this machine lacks for a cluster and cannot get by itself: for each thing a line that says what to do. */
async function lacking(mode: Mode): Promise<readonly string[]> {
  if (await hasKind()) return [];
  const lines: string[] = [];
  if (process.platform !== 'linux') lines.push('Linux: clusters are made of its namespaces');
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) lines.push('root: run the command with sudo, and keep PATH: sudo env "PATH=$PATH" ...');
  const missing = programsFor(mode).filter(({ program }) => which(program) === undefined);
  if (missing.length > 0 && (!isRoot || which('apt-get') === undefined)) {
    const packages = [...new Set(missing.map(({ apt }) => apt))].join(' ');
    lines.push(
      `programs: ${missing.map(({ program }) => program).join(', ')} (on Debian: apt-get install ${packages})`,
    );
  }
  const go = isBuilt() ? undefined : await goFault();
  if (go !== undefined) lines.push(go);
  return lines;
}

/**
 * Says everything that a machine lacks at once, before the first step.
 * @throws Error with a line for each thing
 */
export async function requireMachine(mode: Mode): Promise<void> {
  const lines = await lacking(mode);
  if (lines.length === 0) return;
  const list = lines.map((line) => `  - ${line}`).join('\n');
  throw new Error(`Without Docker and kind, which are used where they are found, this machine lacks:\n${list}`);
}
