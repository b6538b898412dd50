/** The JSON Schema of a plan of faults. */
const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const seconds = { type: 'number', exclusiveMinimum: 0 };
const status = { type: 'integer', minimum: 100, maximum: 599 };

/** The fields of each action, and which of them it must have. */
const actions: Readonly<Record<string, readonly [fields: object, required: readonly string[]]>> = {
  answer: [{ status, reason: text, retryAfter: count }, ['status']],
  reset: [{ at: { enum: ['before', 'unanswered'] } }, []],
  silence: [{}, []],
  delay: [{ seconds }, ['seconds']],
  kill: [{ at: { enum: ['before', 'unanswered', 'after'] } }, ['at']],
  truncate: [{}, []],
  replay: [{ of: { type: 'integer', minimum: 1 } }, []],
  error: [{ status }, ['status']],
  close: [{}, []],
  hold: [{ seconds }, ['seconds']],
  drop: [{ events: count }, []],
  duplicate: [{ events: count }, []],
  rewind: [{ events: count }, []],
};

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'apply', 'delete', 'other', 'write'];

const match = {
  type: 'object',
  additionalProperties: false,
  properties: {
    verb: { enum: verbs },
    resource: text,
    namespace: text,
    name: text,
    subresource: text,
    who: text,
    phase: text,
  },
};

const common = {
  on: match,
  skip: count,
  times: { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'always' }] },
  every: { type: 'integer', minimum: 1 },
  after: count,
};

export const planSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['faults'],
  properties: {
    title: text,
    restarts: text,
    repairs: text,
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['do', 'on'],
        discriminator: { propertyName: 'do' },
        oneOf: Object.entries(actions).map(([name, [fields, required]]) => ({
          additionalProperties: false,
          required,
          properties: { do: { const: name }, ...common, ...fields },
        })),
      },
    },
  },
};
