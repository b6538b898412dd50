import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropNamespace, kubectl, newNamespace, tryKubectl } from '../e2e/kubectl.ts';
import { kubeconfigOf } from '../support/operator.ts';

const root = join(import.meta.dirname, '../..');
const user = 'system:serviceaccount:standpipe-system:standpipe-controller';
const binding = 'standpipe-policies-test';

/**
 * The controller's own user, by its own token, under the admission policies. RBAC would refuse much before them, so the
 * user is made an administrator here: what is refused, the policies refuse alone.
 */
export class ControllerUser {
  readonly #folder = mkdtempSync(join(tmpdir(), 'standpipe-policies-'));
  #kubeconfig = '';
  /** A namespace of a team. */
  namespace = '';

  /** Installs what is delivered. Policies come into force a moment later: ask for a refusal until one comes. */
  async open(): Promise<void> {
    await kubectl(['apply', '-f', join(root, 'crds')]);
    // Another test may have left one that leads to a URL.
    await kubectl(['delete', 'mutatingwebhookconfiguration', 'standpipe', '--ignore-not-found']);
    await kubectl(['apply', '-k', join(root, 'deploy/base')]);
    await kubectl(['create', 'clusterrolebinding', binding, '--clusterrole=cluster-admin', `--user=${user}`]);
    this.#kubeconfig = await kubeconfigOf('controller', this.#folder);
    this.namespace = await newNamespace('policies');
  }

  async close(): Promise<void> {
    await kubectl(['delete', 'clusterrolebinding', binding]);
    await dropNamespace(this.namespace);
    rmSync(this.#folder, { recursive: true });
  }

  /** Runs kubectl as the controller: its words where it was refused, an empty text where not. */
  async refusal(args: readonly string[], input = ''): Promise<string> {
    const { code, stdout, stderr } = await tryKubectl(['--kubeconfig', this.#kubeconfig, ...args], input);
    return code === 0 ? '' : stderr.trim() || stdout.trim();
  }

  /** Creates an object as the controller. */
  create(object: object, ...args: readonly string[]): Promise<string> {
    return this.refusal(['create', ...args, '-f', '-'], JSON.stringify(object));
  }
}
