import { ApiError, isApiError, TransportError } from '../../kube/errors.ts';
import { type ExitCode, exitCodes } from '../exitCode.ts';
import { namespaceFrom } from '../namespaces.ts';
import { connect, namespaceOfContext } from '../process.ts';
import { explainPod } from './explainPod.ts';
import { gatherPodFacts } from './podFacts.ts';

/**
 * `standpipe explain pod/<name>`, by the cluster of the user's kubeconfig.
 * @param option the namespace, if the user gave one
 * @returns the exit code
 */
export async function explainPodOf(name: string, option: string | undefined): Promise<ExitCode> {
  const namespace = option === undefined ? namespaceOfContext() : namespaceFrom(option);
  const client = connect('explain');
  try {
    const facts = await gatherPodFacts(client, { namespace, name });
    if (facts === undefined) return fail(`there is no pod ${name} in namespace ${namespace}: name another by -n`);
    const { text, hasFindings, hasGaps } = explainPod(facts);
    process.stdout.write(text);
    if (hasFindings) return exitCodes.findings;
    return hasGaps ? exitCodes.failed : exitCodes.done;
  } catch (error) {
    if (isApiError(error, 'KUBE_FORBIDDEN')) return fail(`you may not get pods in namespace ${namespace}`);
    if (error instanceof ApiError || error instanceof TransportError) return fail(error.message);
    throw error;
  } finally {
    await client.close();
  }
}

function fail(message: string): ExitCode {
  process.stderr.write(`standpipe: ${message}\n`);
  return exitCodes.failed;
}
