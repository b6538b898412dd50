/**
 * Sends reviews at a fixed rate, whether answers come or not, and prints the latencies as JSON. Each is measured from
 * the moment at which its review was due, so that a server that stands still is charged for all who wait.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

const [port, reviewPath, rate, seconds] = process.argv.slice(2) as [string, string, string, string];
const body = readFileSync(reviewPath);
const agent = new Agent({ keepAlive: true, maxSockets: 16, rejectUnauthorized: false });
const headers = { 'content-type': 'application/json', 'content-length': body.length };
const options = { host: '127.0.0.1', port, path: '/inject', method: 'POST', agent, headers };

/** Sends one review; resolves with its latency in milliseconds, or undefined where it failed. */
function ask(due: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = request(options, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode === 200 ? performance.now() - due : undefined));
    });
    sent.on('error', () => resolve(undefined)).end(body);
  });
}

/** Sends for so many seconds. */
async function send(forSeconds: number): Promise<(number | undefined)[]> {
  const total = Number(rate) * forSeconds;
  const interval = 1000 / Number(rate);
  const start = performance.now();
  const asked: Promise<number | undefined>[] = [];
  while (asked.length < total) {
    const due = start + asked.length * interval;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    else asked.push(ask(due));
  }
  return Promise.all(asked);
}

await send(1);
const answers = await send(Number(seconds));
const latencies = answers.filter((latency) => latency !== undefined).sort((a, b) => a - b);
const at = (share: number) => latencies[Math.floor(latencies.length * share)];
console.log(
  JSON.stringify({ failed: answers.length - latencies.length, p50: at(0.5), p99: at(0.99), max: at(0.99999) }),
);
agent.destroy();
