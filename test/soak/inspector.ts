/** The part of the Chrome DevTools protocol, domain by domain, that memory is measured with. */
interface Answer {
  readonly id: number;
  readonly result?: { readonly usedSize?: number };
}

/**
 * Has a Node process collect all garbage, and returns what is left on its heap, in bytes.
 * @param url of its inspector, as it prints it when it is started with `--inspect`
 */
export async function heapAfterCollection(url: string): Promise<number> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error(`The inspector at ${url} does not answer`)));
  });
  try {
    await call(socket, 1, 'HeapProfiler.collectGarbage');
    const { result } = await call(socket, 2, 'Runtime.getHeapUsage');
    return result?.usedSize ?? Number.NaN;
  } finally {
    socket.close();
  }
}

function call(socket: WebSocket, id: number, method: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id === id) resolve(answer);
    });
    socket.addEventListener('close', () => reject(new Error(`The inspector closed during ${method}`)));
    socket.send(JSON.stringify({ id, method }));
  });
}
