/**
 * Loaded into the measured operator before its own code. On SIGUSR2 it writes a line of JSON to the file that
 * STANDPIPE_BENCH_PROBE names: for how long the event loop was held up at most since the signal before, and, from the
 * second signal on, the heap in use after a full collection. The first comes when the measured work has just begun.
 */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the probe tells. */
export interface Probe {
  readonly loopMaxMs: number;
  readonly heapBytes: number;
}

const delays = monitorEventLoopDelay({ resolution: 10 });
delays.enable();
let asked = 0;

process.on('SIGUSR2', () => {
  const loopMaxMs = delays.max / 1e6;
  const probe: Probe = { loopMaxMs, heapBytes: asked++ === 0 ? 0 : collected() };
  appendFileSync(process.env.STANDPIPE_BENCH_PROBE ?? '/dev/null', `${JSON.stringify(probe)}\n`);
  delays.reset();
});

function collected(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
