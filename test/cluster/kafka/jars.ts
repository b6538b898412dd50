import { join } from 'node:path';
import { cached } from '../cache.ts';
import { must } from '../command.ts';
import { keyOfFiles } from '../hash.ts';
import { type Log, narrated } from '../log.ts';
import { ensure, KAFKA } from '../prerequisites.ts';

const POM = join(import.meta.dirname, 'pom.xml');

/** A folder with Kafka's jars in `libs/`, fetched by Maven once. */
export async function kafkaJars(log: Log): Promise<string> {
  const build = async (folder: string): Promise<void> => {
    await ensure(KAFKA, log);
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'libs')}`];
    await narrated(log, 'getting Apache Kafka', () => must(['mvn', '-q', '-B', '-f', POM, ...goal]));
  };
  return cached({ kind: 'kafka', key: keyOfFiles(POM), build }, log);
}
