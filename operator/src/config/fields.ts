/**
 * Reading untrusted JSON field by field. Nothing here throws: every problem is collected as one sentence that begins with the
 * field's path and says what belongs there, so that a whole configuration can be judged at once.
 */

/** What a text must look like. */
export interface TextRule {
  readonly pattern: RegExp;
  /** The most characters it may have. */
  readonly max: number;
  /** What belongs there, in words that complete "must be ...". */
  readonly expects: string;
}

/**
 * Why a text must not reach a generated file, or undefined if it may. Control characters end lines and headers early; `${` is
 * expanded by Fluent Bit in every value, and it knows no escape for it.
 */
function hazard(text: string): string | undefined {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f) return 'must not contain control characters (line breaks, NUL)';
  }
  return text.includes('${') ? 'must not contain "${"' : undefined;
}

/** One JSON object that is being read. `done` must be called last: it reports the fields that nobody asked for. */
export class Fields {
  readonly #problems: string[];
  readonly #path: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #seen = new Set<string>();

  /** Takes the list that problems are appended to, the path of the object ('' for the root) and the value itself. */
  constructor(problems: string[], path: string, value: unknown) {
    this.#problems = problems;
    this.#path = path;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    this.#values = isObject ? (value as Readonly<Record<string, unknown>>) : {};
    if (!isObject) problems.push(`${path === '' ? 'the configuration' : path} must be an object`);
  }

  /** A required text that follows the rule; '' after a problem. */
  text(name: string, rule: TextRule): string {
    return this.#checkText(this.#name(name), this.#take(name), rule);
  }

  /** A required integer within the bounds, both included; the lower bound after a problem. */
  integer(name: string, min: number, max: number): number {
    const value = this.#take(name);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    this.problem(name, `must be an integer from ${min} to ${max}`);
    return min;
  }

  /** A required boolean; false after a problem. */
  flag(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== 'boolean') this.problem(name, 'must be true or false');
    return value === true;
  }

  /** A required choice among the given words; the first of them after a problem. */
  oneOf<const T extends readonly [string, ...string[]]>(name: string, choices: T): T[number] {
    const value = this.#take(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.problem(name, `must be ${choices.map((choice) => `"${choice}"`).join(' or ')}`);
    return found ?? choices[0];
  }

  /** A required list of texts that each follow the rule. */
  texts(name: string, most: number, rule: TextRule): readonly string[] {
    const value = this.#take(name);
    if (!Array.isArray(value) || value.length > most) {
      this.problem(name, `must be a list of at most ${most} texts`);
      return [];
    }
    return value.map((item, index) => this.#checkText(`${this.#name(name)}[${index}]`, item, rule));
  }

  /** A required object whose keys and values are texts that follow their rules. */
  textMap(name: string, most: number, keys: TextRule, values: TextRule): Readonly<Record<string, string>> {
    const value = this.#take(name);
    if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length > most) {
      this.problem(name, `must be an object of at most ${most} texts`);
      return {};
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        this.#checkText(`the key ${JSON.stringify(key)} of ${this.#name(name)}`, key, keys);
        return [key, this.#checkText(`${this.#name(name)}.${key}`, item, values)];
      }),
    );
  }

  /** A required object, to be read in its turn. */
  object(name: string): Fields {
    return new Fields(this.#problems, this.#name(name), this.#take(name));
  }

  /** Adds a problem of the named field; the sentence continues after the field's path. */
  problem(name: string, says: string): void {
    this.#problems.push(`${this.#name(name)} ${says}`);
  }

  /** Reports unknown fields: what a reader does not know it must not ignore, it may have been asked to hide something. */
  done(): void {
    for (const name of Object.keys(this.#values)) {
      if (!this.#seen.has(name)) this.problem(JSON.stringify(name), 'is not a field that this version knows');
    }
  }

  #name(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #take(name: string): unknown {
    this.#seen.add(name);
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  #checkText(path: string, value: unknown, rule: TextRule): string {
    const danger = typeof value === 'string' ? hazard(value) : undefined;
    if (danger !== undefined) this.#problems.push(`${path} ${danger}`);
    else if (typeof value === 'string' && value.length <= rule.max && rule.pattern.test(value)) return value;
    else this.#problems.push(`${path} must be ${rule.expects}, at most ${rule.max} characters`);
    return '';
  }
}
