import type { Dispatcher } from 'undici';
import type { WriteGate } from './leadership.ts';

/**
 * A pool that asks the gate once more when a request is about to be written to its connection: it may have waited for the
 * connection to open, or the process may have been stopped meanwhile.
 */
export function gated(dispatcher: Dispatcher, gate: WriteGate): Dispatcher {
  return dispatcher.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => {
          try {
            gate.check();
          } catch (error) {
            controller.abort(error as Error);
            return;
          }
          handler.onRequestStart?.(controller, context);
        },
        onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
        onResponseStart: (...args) => handler.onResponseStart?.(...args),
        onResponseData: (...args) => handler.onResponseData?.(...args),
        onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
        onResponseError: (...args) => handler.onResponseError?.(...args),
      }),
  );
}
