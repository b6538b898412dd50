/** What a process says of itself when it is asked over its inspector. Sizes are in bytes. */
export interface Inside {
  readonly heap: number;
  /** Buffers outside the heap, those of ArrayBuffers among them. */
  readonly external: number;
  /** What the event loop has been busy with since it was asked last, from 0 to 1. */
  readonly utilization: number;
  /** How late timers were since it was asked last, in milliseconds: the median of the worst hundredth, and the worst. */
  readonly delayP99: number;
  readonly delayMax: number;
  /** What keeps the event loop going, such as sockets and timers, by type. */
  readonly resources: Readonly<Record<string, number>>;
}

const prepare = `(() => {
  const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let before = performance.eventLoopUtilization();
  globalThis.lookInside = () => {
    const memory = process.memoryUsage();
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    const found = { heap: memory.heapUsed, external: memory.external, utilization };
    const delays = { delayP99: delay.percentile(99) / 1e6, delayMax: delay.max / 1e6 };
    delay.reset();
    const resources = Object.groupBy(process.getActiveResourcesInfo(), (type) => type);
    const counts = Object.entries(resources).map(([type, all]) => [type, all.length]);
    return JSON.stringify({ ...found, ...delays, resources: Object.fromEntries(counts) });
  };
})()`;

interface Answer {
  readonly id: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/** A connection to the inspector of a Node process, which it was started with. */
export class Inspected {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** @param url as the process prints it */
  static async connect(url: string): Promise<Inspected> {
    const socket = new WebSocket(url);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Error(`The inspector at ${url} does not answer`)));
    });
    const inspected = new Inspected(socket);
    await inspected.#call('Runtime.evaluate', { expression: prepare });
    return inspected;
  }

  async look(): Promise<Inside> {
    const { result } = await this.#call('Runtime.evaluate', { expression: 'lookInside()', returnByValue: true });
    return JSON.parse(String(result?.result?.value)) as Inside;
  }

  /** Has all garbage collected. */
  async collect(): Promise<void> {
    await this.#call('HeapProfiler.collectGarbage');
  }

  close(): void {
    this.#socket.close();
  }

  #call(method: string, params: object = {}): Promise<Answer> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }
}
