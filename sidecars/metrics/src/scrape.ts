import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Readable } from 'node:stream';
import type { ScrapeTls } from '../../../operator/src/config/metrics.ts';
import { http } from '../../common/src/http.ts';
import { errorText } from '../../common/src/log.ts';
import { acceptHeader, formatOf } from './exposition/negotiate.ts';
import { PageParser, type ParsedPage, type SeriesAllowance } from './exposition/page-parser.ts';

/** A page to fetch. */
export interface PageAddress {
  readonly target: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** How the certificate is checked; a page without it is asked for in the clear. */
  readonly tls?: ScrapeTls;
}

/** What came of a fetch. */
export interface Scraped {
  readonly target: string;
  /** The page; undefined if the target is down or its answer cannot be used. */
  readonly page: ParsedPage | undefined;
  /** Why there is no page. */
  readonly problem: string | undefined;
  readonly seconds: number;
}

/** Characters of a page, unpacked, after which it is given up. */
const maxPageCharacters = 32 * 1024 * 1024;

/** Fetches and reads one page within `timeoutMs`, its body included. Never rejects. */
export async function scrape(address: PageAddress, allowance: SeriesAllowance, timeoutMs: number): Promise<Scraped> {
  const { target } = address;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const page = await readPage(await open(address, AbortSignal.timeout(timeoutMs)), allowance);
    if (page.problem !== undefined) return { target, page: undefined, problem: page.problem, seconds: seconds() };
    return { target, page, problem: undefined, seconds: seconds() };
  } catch (error) {
    return { target, page: undefined, problem: problemOf(error, timeoutMs), seconds: seconds() };
  }
}

function open(address: PageAddress, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(address, signal);
    asked.on('response', resolve);
    asked.on('error', reject);
    asked.end();
  });
}

function request({ host, port, path, tls }: PageAddress, signal: AbortSignal) {
  const headers = {
    accept: acceptHeader,
    'accept-encoding': 'gzip',
    'user-agent': 'standpipe-metrics',
    connection: 'close',
  };
  const options = { host, port, path, headers, signal, agent: false } as const;
  if (tls === undefined) return http.request(options);
  // TLS costs memory: only pods with such a page load it.
  return process.getBuiltinModule('node:https').request({ ...options, ...tlsOptions(tls) });
}

function tlsOptions({ serverName, caBundle, skipVerify }: ScrapeTls): RequestOptions {
  return {
    servername: serverName,
    rejectUnauthorized: !skipVerify,
    ...(caBundle !== undefined && { ca: caBundle }),
  };
}

async function readPage(answer: IncomingMessage, allowance: SeriesAllowance): Promise<ParsedPage> {
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new Error(`the target answers with status ${answer.statusCode}`);
  }
  const parser = new PageParser(formatOf(answer.headers['content-type']), allowance);
  const body = unpacked(answer);
  body.setEncoding('utf8');
  let characters = 0;
  for await (const piece of body) {
    const text = String(piece);
    characters += text.length;
    if (characters > maxPageCharacters) throw new Error(`the page is longer than ${maxPageCharacters} characters`);
    parser.push(text);
  }
  return parser.end();
}

/** The body as it was before it was packed. */
function unpacked(answer: IncomingMessage): Readable {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return answer;
  if (encoding !== 'gzip') {
    answer.destroy();
    throw new Error(`the target packs its page as ${encoding}, which was not asked for`);
  }
  // An answer that breaks off ends the unpacking with its error.
  const gunzip = process.getBuiltinModule('node:zlib').createGunzip();
  process.getBuiltinModule('node:stream').pipeline(answer, gunzip, () => {});
  return gunzip;
}

function problemOf(error: unknown, timeoutMs: number): string {
  const name = error instanceof Error ? error.name : '';
  return name === 'AbortError' || name === 'TimeoutError' ? `no whole answer within ${timeoutMs} ms` : errorText(error);
}
