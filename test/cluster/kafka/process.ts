import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../command.ts';
import { type Log, narrated } from '../log.ts';
import { ensure, KAFKA } from '../prerequisites.ts';
import { withAdmin } from './admin.ts';
import { kafkaJars } from './jars.ts';
import { ADMIN, formatArguments, JAVA_OPTIONS, type KafkaUser, serverProperties } from './settings.ts';

/** A running broker. `admin` may do everything; the other users may do what they are granted (admin.ts). */
export type KafkaBroker = {
  /** `host:port`, SASL_PLAINTEXT with SCRAM-SHA-512. */
  readonly bootstrap: string;
  readonly admin: KafkaUser;
  readonly users: readonly KafkaUser[];
  /** The process, for tests that stop, freeze or kill it. */
  readonly process: ChildProcess;
  /** Ends the broker and removes its files. */
  stop(): Promise<void>;
};

/** Neighbours on a busy machine have stretched a two-second start to half a minute. */
const PATIENCE_MS = 120_000;
/** A broker that has not ended this long after SIGTERM is killed. */
const STOP_MS = 20_000;

/** A new user with a random password. */
export function newUser(name: string): KafkaUser {
  return { name, password: randomBytes(16).toString('hex') };
}

/** Some free ports of the loopback address. They are only likely to be free a moment later. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function untilStarted(broker: ChildProcess, logFile: string, bootstrap: string, admin: KafkaUser): Promise<void> {
  const text = (): string => readFileSync(logFile, 'utf8');
  for (const end = Date.now() + PATIENCE_MS; !text().includes('Kafka Server started'); await sleep(50)) {
    if (broker.exitCode !== null)
      throw new Error(`Kafka ended with status ${broker.exitCode}:\n${text().slice(-2000)}`);
    if (Date.now() > end)
      throw new Error(`Kafka did not start within ${PATIENCE_MS / 1000} s:\n${text().slice(-2000)}`);
  }
  await withAdmin(bootstrap, admin, (client) => client.describeCluster());
}

function launch(classPath: string, properties: string, logFile: string): ChildProcess {
  const output = openSync(logFile, 'w');
  // The broker must not outlive a test process that is killed.
  const command = ['--pdeathsig', 'KILL', 'java', ...JAVA_OPTIONS, '-cp', classPath, 'kafka.Kafka', properties];
  const child = spawn('setpriv', command, { stdio: ['ignore', output, output] });
  closeSync(output);
  return child;
}

/** Starts a broker on free loopback ports, with an administrator and users of these names. */
export async function startKafka(userNames: readonly string[], log: Log): Promise<KafkaBroker> {
  await ensure(KAFKA, log);
  const classPath = join(await kafkaJars(log), 'libs', '*');
  const folder = mkdtempSync(join(tmpdir(), 'standpipe-kafka-'));
  const [port = 0, internal, controller] = await freePorts(3);
  const bootstrap = `127.0.0.1:${port}`;
  const [admin, ...users] = [newUser(ADMIN), ...userNames.map(newUser)] as const;
  const properties = join(folder, 'server.properties');
  const logFile = join(folder, 'broker.log');
  const addresses = { clients: { bind: bootstrap, advertised: bootstrap }, data: join(folder, 'data') };
  writeFileSync(
    properties,
    serverProperties({ ...addresses, internal: `127.0.0.1:${internal}`, controller: `127.0.0.1:${controller}` }),
  );
  return narrated(log, 'starting Kafka', async () => {
    const storage = ['java', ...JAVA_OPTIONS, '-cp', classPath, 'kafka.tools.StorageTool'];
    await must([...storage, ...formatArguments(properties, [admin, ...users])]);
    const broker = launch(classPath, properties, logFile);
    const ended = new Promise<void>((resolve) => broker.once('close', () => resolve()));
    const stop = async (): Promise<void> => {
      broker.kill('SIGCONT'); // a frozen broker would not hear the next signal
      broker.kill('SIGTERM');
      const impatience = setTimeout(() => broker.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(impatience);
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      await untilStarted(broker, logFile, bootstrap, admin);
    } catch (error) {
      await stop();
      throw error;
    }
    return { bootstrap, admin, users, process: broker, stop };
  });
}
