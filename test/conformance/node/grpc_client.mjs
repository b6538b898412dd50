/**
 * Plays calls of gRPC step by step, and tells what came of them: `node grpc_client.mjs PORT COPIES < STEPS > OUTCOMES`. The
 * steps are those of `python/grpc_client.py`. No TypeScript, since its package is only in the cache folder.
 */
import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Client, credentials, Metadata } from '@grpc/grpc-js';

const same = (bytes) => bytes;

/** A call whose events are kept until they are asked for. */
class Call {
  constructor(client, kind, path, metadata, deadline) {
    this.metadata = undefined;
    const options = deadline === undefined ? {} : { deadline };
    if (kind === 'stream') {
      this.follow(client.makeBidiStreamRequest(path, same, same, metadata, options));
      this.messages = this.call[Symbol.asyncIterator]();
    } else {
      this.begin = (message) => {
        const { promise, resolve } = Promise.withResolvers();
        const onEnd = (_error, value) => resolve({ value, done: value === undefined });
        this.follow(client.makeUnaryRequest(path, same, same, message, metadata, options, onEnd));
        this.messages = { next: () => promise };
      };
    }
  }

  follow(call) {
    this.call = call;
    call.on('error', () => {});
    call.on('metadata', (metadata) => {
      this.metadata = metadata;
    });
    this.status = new Promise((resolve) => call.on('status', resolve));
  }

  send(message) {
    if (this.begin === undefined) this.call.write(message);
    else this.begin(message);
  }

  close() {
    if (this.begin === undefined) this.call.end();
  }

  async receive() {
    const { value, done } = await this.messages.next().catch(() => ({ done: true }));
    return done ? 'nothing' : `message ${value.length} ${createHash('sha256').update(value).digest('hex')}`;
  }

  async end() {
    const { code, details, metadata } = await this.status;
    const message = Buffer.from(details).toString('base64');
    return [
      ...echoed('header', this.metadata),
      ...echoed('trailer', metadata),
      code === 1 || code === 4 ? 'given up' : `status ${code} ${message}`,
    ];
  }
}

function echoed(kind, metadata) {
  const keys = Object.keys(metadata?.getMap() ?? {}).filter((key) => key.startsWith('x-grpc-test-echo'));
  return keys.flatMap((key) => metadata.get(key).map((value) => `${kind} ${key} ${value.toString('base64')}`));
}

async function play(client, steps) {
  const told = [];
  let [metadata, deadline, call] = [new Metadata(), undefined, undefined];
  for (const step of steps) {
    const [word, ...rest] = step.split(' ');
    if (word === 'with') {
      const [key, value] = rest;
      metadata.add(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
    } else if (word === 'within') {
      deadline = Date.now() + Number(rest[0]);
    } else if (word === 'call') {
      call = new Call(client, ...rest, metadata, deadline);
      [metadata, deadline] = [new Metadata(), undefined];
    } else if (word === 'send') call.send(Buffer.from(rest[0], 'base64'));
    else if (word === 'close') call.close();
    else if (word === 'receive') told.push(await call.receive());
    else if (word === 'cancel') call.call.cancel();
    else if (word === 'end') told.push(...(await call.end()));
  }
  return told.join('\n');
}

const [port, copies] = process.argv.slice(2);
const steps = (await text(process.stdin)).split('\n');
const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
const outcomes = await Promise.all(Array.from({ length: Number(copies) }, () => play(client, steps)));
console.log(outcomes.join('\n\n'));
// A channel with a cancelled stream holds the process for minutes, even when it is closed.
process.exit();
