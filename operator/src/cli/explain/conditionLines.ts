import type { Microservice } from '../../api/generated/microservice.ts';
import type { Reason } from '../../api/reasons.ts';
import { type Said, say, warn } from './said.ts';

/** Reasons that are what the team itself declared, and nothing to warn of. */
export const asDeclared: readonly Reason[] = ['OptedOut', 'NoPorts', 'TapOff', 'LogsOff'];

/** Conditions that are bad when they are true. */
const badIfTrue: readonly string[] = ['NotImplementedInThisVersion', 'DefaultConflict'];

/** The conditions of a Microservice that are not as they should be, with their messages; the others by their names. */
export function conditionLines({ metadata, status }: Microservice): Said[] {
  const { conditions = [], observedGeneration } = status ?? {};
  if (conditions.length === 0) return [warn('the controller has not looked at it yet: does it run?')];
  const bad = conditions.filter(
    ({ type, status: holds, reason }) =>
      (holds === 'True') === badIfTrue.includes(type) && !asDeclared.includes(reason as Reason),
  );
  const good = conditions.filter((condition) => !bad.includes(condition)).map(({ type }) => type);
  const isBehind = observedGeneration !== metadata.generation;
  return [
    ...(isBehind ? [warn('the controller has not looked at its last change yet')] : []),
    ...bad.map(({ type, status: holds, reason, message }) => warn(`${type} is ${holds} (${reason}). ${message}`)),
    ...(good.length === 0 ? [] : [say(`as declared: ${good.join(', ')}`)]),
  ];
}
