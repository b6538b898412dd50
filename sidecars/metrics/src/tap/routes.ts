/** Routes made from paths: the parts that vary from one request to the next are replaced by what kind of thing they are. */

/** The route of a target that is no path: `*`, an authority, or nothing that is known. */
const noPath = '_OTHER';

const maxSegments = 12;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const date = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/i;
const number = /^[+-]?\d+(\.\d+)?$/;
const hash = /^(?=.*\d)[0-9a-f]{8,}$|^[0-9a-f]{16,}$/i;
const token = /^(?=.*\d)(?=.*[a-z])[\w~=-]{20,}$/i;
const plain = /^[\w.~!$&'()*+,;=:@-]{1,64}$/;

/**
 * The route of a request target without its query, such as `/users/{id}` for `/users/42`. Segments become `{id}` (numbers),
 * `{uuid}`, `{hash}`, `{date}`, `{token}`, `{email}` or `{text}` (escapes, other alphabets, overlong); inside a segment, the parts between
 * hyphens, dots and the like are looked at each for itself, as in `/invoice-{id}.pdf`. Never longer than its bounds allow.
 */
export function routeOf(target: string): string {
  const path = pathOf(target);
  if (path === undefined) return noPath;
  if (path === '/' || path === '') return '/';
  const segments = path.slice(1).split('/', maxSegments + 1);
  const kept = segments.slice(0, maxSegments).map(segmentOf);
  return `/${kept.join('/')}${segments.length > maxSegments ? '/{rest}' : ''}`;
}

/** The path of an origin-form (`/a`) or absolute-form (`http://host/a`) target (RFC 9112 section 3.2). */
export function pathOf(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const authority = /^https?:\/\/[^/]*/i.exec(target);
  return authority === null ? undefined : target.slice(authority[0].length) || '/';
}

function segmentOf(segment: string): string {
  if (segment === '') return '';
  if (number.test(segment)) return '{id}';
  if (uuid.test(segment)) return '{uuid}';
  if (date.test(segment)) return '{date}';
  if (!plain.test(segment)) return segment.length > 64 && /^[\w.~=-]+$/.test(segment) ? '{token}' : '{text}';
  if (hash.test(segment)) return '{hash}';
  if (/^[^@]+@[^@]+\.[^@]+$/.test(segment)) return '{email}';
  if (token.test(segment)) return '{token}';
  return segment.replace(/[A-Za-z0-9]+/g, partOf);
}

/** One run of letters and digits inside a segment. */
function partOf(part: string): string {
  if (/^\d+$/.test(part)) return '{id}';
  if (hash.test(part)) return '{hash}';
  return token.test(part) ? '{token}' : part;
}
