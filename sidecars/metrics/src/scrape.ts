import type { IncomingMessage } from 'node:http';
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

/** Bytes of a page after which it is given up. */
const maxPageBytes = 32 * 1024 * 1024;

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

function open({ host, port, path }: PageAddress, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: acceptHeader, 'user-agent': 'standpipe-metrics', connection: 'close' };
    const asked = http.request({ host, port, path, headers, signal, agent: false }, resolve);
    asked.on('error', reject);
    asked.end();
  });
}

async function readPage(answer: IncomingMessage, allowance: SeriesAllowance): Promise<ParsedPage> {
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new Error(`the target answers with status ${answer.statusCode}`);
  }
  const parser = new PageParser(formatOf(answer.headers['content-type']), allowance);
  answer.setEncoding('utf8');
  let characters = 0;
  for await (const piece of answer) {
    const text = String(piece);
    characters += text.length;
    if (characters > maxPageBytes) throw new Error(`the page is longer than ${maxPageBytes} characters`);
    parser.push(text);
  }
  return parser.end();
}

function problemOf(error: unknown, timeoutMs: number): string {
  const name = error instanceof Error ? error.name : '';
  return name === 'AbortError' || name === 'TimeoutError' ? `no whole answer within ${timeoutMs} ms` : errorText(error);
}
