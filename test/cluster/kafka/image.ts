import { join } from 'node:path';
import type { ImageSource } from '../images/engine.ts';
import type { Log } from '../log.ts';
import { kafkaJars } from './jars.ts';

/** The name of the broker's image; it is for tests and the demo only. */
const KAFKA_IMAGE = 'localhost/standpipe-kafka:4.4.0';

/** The image of a Kafka broker: a Java runtime and the jars. */
export async function kafkaImage(log: Log): Promise<ImageSource> {
  return { name: KAFKA_IMAGE, dockerfile: join(import.meta.dirname, 'Dockerfile'), context: await kafkaJars(log) };
}
