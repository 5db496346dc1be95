import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanAnswer, wholeError } from '../../src/delivery/answer.ts';
import { Prng } from '../../src/generate/prng.ts';
import { SEED } from '../kernel/seed.ts';

type Heard = readonly [number, number, string | null, string | null, string | null];
interface Read {
  readonly items: number;
  readonly heard: readonly Heard[];
}

function scan(bytes: Uint8Array | string): Read | null {
  const heard: Heard[] = [];
  const items = scanAnswer(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, (...item) => heard.push(item));
  return items === null ? null : { items, heard };
}

/** The same by JSON.parse: the specification. */
function expected(text: string): Read | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(answer)) return null;
  const { errors, items } = answer;
  if (errors !== undefined && typeof errors !== 'boolean') return null;
  if (items === undefined) return errors === undefined ? null : { items: 0, heard: [] };
  if (!Array.isArray(items)) return null;
  const heard: Heard[] = [];
  for (const [index, item] of items.entries()) {
    if (!isObject(item)) return null;
    const outcomes = [item['create'], item['index']].filter((outcome) => outcome !== undefined);
    const outcome = outcomes[0];
    if (outcomes.length !== 1 || !isObject(outcome)) return null;
    const { status, failure_store: failureStore, error } = outcome;
    if (!Number.isInteger(status) || (status as number) < 100 || (status as number) > 999) return null;
    const { type, reason } = isObject(error) ? error : { type: null, reason: error };
    const hasError = error !== undefined && error !== null;
    if (status !== 201 || hasError || typeof failureStore === 'string') {
      heard.push([
        index,
        status as number,
        textOrNull(failureStore),
        textOrNull(type),
        status === 409 ? null : textOrNull(reason),
      ]);
    }
  }
  return { items: items.length, heard };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Draws answers, and writes them as any server could. */
class Answers {
  readonly #random: Prng;

  constructor(stream: number) {
    this.#random = new Prng(SEED, stream);
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share;
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#random.between(0, values.length - 1)] as T;
  }

  draw(): string {
    const space = this.#pick([0, 0, 0.05, 0.5]);
    const escapes = this.#pick([0, 0, 0.1]);
    const extra = this.#pick([0, 0, 0.1]);
    const kinds = this.#pick([['201'], ['201'], ['409'], ['201', '429'], ['201', '409', '400', '429', 'odd']]);
    const op = this.#pick(['create', 'index']);
    const items: string[] = [];
    // Long runs of one kind, as clusters answer.
    for (let runs = this.#random.between(0, 6); runs > 0; runs--) {
      const kind = this.#pick(kinds);
      for (let i = this.#random.between(1, this.#pick([2, 20, 90])); i > 0; i--) {
        items.push(this.#item(kind, op, space, escapes, extra));
      }
    }
    const members: [string, string][] = [['errors', this.#pick(['true', 'false'])]];
    if (this.#chance(0.3)) members.push(['took', this.#pick(['0', '3150', '1e3', '-1.5E-2'])]);
    if (items.length > 0 || this.#chance(0.5)) members.push(['items', this.#list('[]', items, space)]);
    if (this.#chance(extra)) members.push(['more', this.#value(0)]);
    return `${this.#blank(space)}${this.#object(members, space, escapes)}${this.#blank(space)}`;
  }

  #item(kind: string, op: string, space: number, escapes: number, extra: number): string {
    const id = `${this.#random.hex(20)}-${this.#random.between(0, 999_999)}`;
    const text = (value: string) => this.#string(value, escapes);
    const members: [string, string][] = [];
    const error = (type: string, reason: string) =>
      members.push([
        'error',
        this.#object(
          [
            ['type', text(type)],
            ['reason', text(reason)],
          ],
          space,
          escapes,
        ),
      ]);
    if (kind === '409') error('version_conflict_engine_exception', `[${id}]: version conflict (current version [1])`);
    if (kind === '400')
      error('document_parsing_exception', `[1:${id.length}] in "${id}"\n\\ é \u{1f600} \ud800 \u2028`);
    if (kind === '429') error('es_rejected_execution_exception', `rejected ${this.#random.between(0, 20)}`);
    if (kind === 'odd') {
      const odd = ['null', '7', '"MapperParsingException[failed]"', '{}', '[]', '{"type":null}', '{"reason":{"a":1}}'];
      members.push(['error', this.#pick(odd)]);
      members.push(['failure_store', this.#pick(['"used"', '"failed"', 'null', '"not_enabled"'])]);
    }
    const status = kind === 'odd' ? this.#pick(['200', '201', '2.01e2', '500', '201.0']) : kind;
    members.push(['status', status]);
    if (this.#chance(extra)) members.push(['_id', text(id)]);
    if (this.#chance(extra)) members.push(['x', this.#value(0)]);
    const outcome = this.#object(members, space, escapes);
    const around: [string, string][] = [[op, outcome]];
    if (this.#chance(extra / 10)) around.push(['y', this.#value(0)]);
    return this.#object(around, space, escapes);
  }

  /** Any value, nested. */
  #value(depth: number): string {
    const simple = ['1', '-0.5e+7', 'true', 'false', 'null', '""', '"}]\\"\\\\"', '"\\u00e9 status"', '{}', '[]'];
    if (depth > 3 || this.#chance(0.5)) return this.#pick(simple);
    const inner = [this.#value(depth + 1), this.#value(depth + 1)];
    if (this.#chance(0.5)) return `[${inner.join(' , ')}]`;
    return this.#object(
      [
        ['status', inner[0]!],
        ['items', inner[1]!],
      ],
      0.2,
      0,
    );
  }

  #object(members: [string, string][], space: number, escapes: number): string {
    const shuffled = space > 0 ? members.sort(() => (this.#chance(0.5) ? 1 : -1)) : members;
    const written = shuffled.map(
      ([name, value]) => `${this.#string(name, escapes)}${this.#blank(space)}:${this.#blank(space)}${value}`,
    );
    return this.#list('{}', written, space);
  }

  #list(around: string, parts: readonly string[], space: number): string {
    const inner = parts.map((part) => `${this.#blank(space)}${part}${this.#blank(space)}`).join(',');
    return `${around[0]}${inner}${this.#blank(space)}${around[1]}`;
  }

  #blank(share: number): string {
    return this.#chance(share) ? this.#pick([' ', '\n', '\r\n', '\t', '   ']) : '';
  }

  #string(text: string, escapes: number): string {
    const hex = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(text).replace(/[a-z]/g, (letter, at, whole) =>
      whole[at - 1] !== '\\' && !/\\u[0-9a-f]{0,3}$/.test(whole.slice(0, at)) && this.#chance(escapes)
        ? hex(letter)
        : letter,
    );
  }

  /** The bytes with a few changed, cut, or doubled. */
  spoil(bytes: Buffer): Buffer {
    const spoilt = Buffer.from(bytes);
    for (let i = this.#random.between(1, 3); i > 0; i--) {
      const at = this.#random.between(0, spoilt.length - 1);
      if (this.#chance(0.5)) spoilt[at] = spoilt[at]! ^ (1 << this.#random.between(0, 7));
      else spoilt[at] = Buffer.from(this.#pick(['"', '\\', '{', '}', '[', ']', ',', ':', '0', ' ', 'e', '\n']))[0]!;
    }
    const at = this.#random.between(0, spoilt.length);
    if (this.#chance(0.1)) return Buffer.concat([spoilt.subarray(0, at), spoilt.subarray(at + 1)]);
    if (this.#chance(0.1)) return Buffer.concat([spoilt.subarray(0, at), spoilt.subarray(at >> 1)]);
    return spoilt;
  }
}

test('reads any answer as JSON.parse does', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const answers = new Answers(1);
  let items = 0;
  let heard = 0;
  for (let i = 0; i < 1000; i++) {
    const text = answers.draw();
    const read = scan(text);
    assert.deepEqual(read, expected(text), text);
    items += read!.items;
    heard += read!.heard.length;
  }
  // Enough of both ways through were taken.
  assert.ok(items > 20_000 && heard > 5_000 && items - heard > 5_000, `${items} items, ${heard} not plain`);
});

test('spoilt bytes are judged as JSON.parse does, and nothing is thrown', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const answers = new Answers(2);
  let readable = 0;
  for (let i = 0; i < 2500; i++) {
    const bytes = answers.spoil(Buffer.from(answers.draw()));
    const read = scan(bytes);
    assert.deepEqual(read, expected(bytes.toString()), bytes.toString());
    if (read !== null) readable++;
  }
  assert.ok(readable > 200 && readable < 2_300, `${readable} were still readable`);
});

test('an answer that is cut anywhere is none', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const answers = new Answers(3);
  const plain = `{"errors":false,"items":[${'{"create":{"status":201}},'.repeat(60)}{"create":{"status":201}}]}`;
  const drawn = Array.from({ length: 60 }, () => answers.draw().trimEnd()).filter(({ length }) => length < 5_000);
  assert.ok(drawn.length > 20);
  for (const text of [plain, ...drawn]) {
    const bytes = Buffer.from(text);
    assert.notEqual(scan(bytes), null);
    // A view into more bytes: those behind it must not be seen.
    for (let end = 0; end < bytes.length; end++) assert.equal(scan(bytes.subarray(0, end)), null, `${end} of ${text}`);
  }
});

test('plain items are counted and not told', () => {
  for (const count of [0, 1, 2, 7, 8, 9, 16, 17, 100, 4095, 4096, 20_000]) {
    const items = Array.from({ length: count }, () => '{"create":{"status":201}}').join(',');
    assert.deepEqual(scan(`{"errors":false,"items":[${items}]}`), { items: count, heard: [] });
    assert.deepEqual(scan(`{"items":[${items}]${' '.repeat(30)}, "errors" : false}\n`), { items: count, heard: [] });
  }
});

test('an item that is not plain is told by its place, wherever it is in a run', () => {
  for (const at of [0, 1, 8, 9, 500, 998, 999]) {
    const items = Array.from({ length: 1000 }, (_, i) => `{"create":{"status":${i === at ? 429 : 201}}}`);
    assert.deepEqual(scan(`{"errors":true,"items":[${items}]}`), {
      items: 1000,
      heard: [[at, 429, null, null, null]],
    });
  }
});

test('201 with a failure store is told', () => {
  const text = '{"errors":false,"items":[{"create":{"status":201,"failure_store":"used"}},{"create":{"status":201}}]}';
  assert.deepEqual(scan(text), { items: 2, heard: [[0, 201, 'used', null, null]] });
});

test('the reason of a conflict is not made a string', () => {
  const conflict = (id: number) =>
    `{"create":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"[${id}]: conflict"}}}`;
  const heard = [0, 1, 2].map((i) => [i, 409, null, 'version_conflict_engine_exception', null]);
  assert.deepEqual(scan(`{"errors":true,"items":[${conflict(1)},${conflict(22)},${conflict(3)}]}`), {
    items: 3,
    heard,
  });
});

test('of members that come twice the last counts', () => {
  const first = '"status":500,"failure_store":"used","error":{"type":"a","reason":"b"}';
  for (const text of [
    `{"items":[{"create":{${first},"status":400,"failure_store":null,"error":{"x":1}}}]}`,
    `{"items":[{"create":{${first},"status":400,"error":{"type":"c","type":null,"reason":"d","reason":"e"}}}]}`,
    `{"items":[{"create":{${first},"error":null}}]}`,
  ]) {
    assert.deepEqual(scan(text), expected(text));
  }
});

test('what is no answer of _bulk is null', () => {
  const item = '{"create":{"status":201}}';
  for (const text of [
    '',
    ' ',
    'null',
    '[]',
    '{}',
    '"items"',
    '\ufeff{"errors":false}',
    '{"took":1}',
    '{"errors":1,"items":[]}',
    '{"items":null}',
    '{"items":{}}',
    '{"items":[1]}',
    '{"items":[{}]}',
    '{"items":[{"delete":{"status":200}}]}',
    '{"items":[{"create":{"status":201},"index":{"status":201}}]}',
    '{"items":[{"create":{}}]}',
    '{"items":[{"create":{"status":"201"}}]}',
    '{"items":[{"create":{"status":20.5}}]}',
    '{"items":[{"create":{"status":0201}}]}',
    `{"items":[${item},]}`,
    `{"items":[${item}]}}`,
    `{"items":[${item}]} {}`,
    `{"items":[${item}],}`,
    `{"items":[${item} ${item}]}`,
    '{"error":{"type":"es_rejected_execution_exception","reason":"full"},"status":429}',
    '<html>502 Bad Gateway</html>',
    `{"errors":false,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  ]) {
    assert.equal(scan(text), null, text.slice(0, 100));
  }
});

test('what onItem throws is passed on', () => {
  const thrown = new Error('stop here');
  const bytes = Buffer.from('{"items":[{"create":{"status":400}}]}');
  assert.throws(
    () =>
      scanAnswer(bytes, () => {
        throw thrown;
      }),
    thrown,
  );
});

test('the error of a whole answer is read in the forms of servers, gateways and proxies', () => {
  const read = (text: string) => wholeError(Buffer.from(text));
  const whole = '{"error":{"root_cause":[{"type":"x","reason":"y"}],"type":"a_exception","reason":"b"},"status":429}';
  assert.deepEqual(read(whole), { type: 'a_exception', reason: 'b' });
  assert.deepEqual(read('{"error":"no handler found for uri","status":400}'), {
    type: null,
    reason: 'no handler found for uri',
  });
  assert.deepEqual(read('{"message":"Forbidden"}'), { type: null, reason: 'Forbidden' });
  assert.deepEqual(
    read('{"Message":"Request size exceeded 10485760 bytes"}').reason,
    'Request size exceeded 10485760 bytes',
  );
  assert.deepEqual(read('Unauthorized'), { type: null, reason: 'Unauthorized' });
  assert.deepEqual(read('<html>\r\n<head><title>502 Bad Gateway</title></head>'), {
    type: null,
    reason: '502 Bad Gateway',
  });
  assert.deepEqual(read(''), { type: null, reason: '' });
  assert.deepEqual(read('null'), { type: null, reason: 'null' });
  assert.deepEqual(read('{"error":{"type":1,"reason":["x"]}}'), { type: null, reason: '' });
  assert.equal(read(`{"error":{"type":"t","reason":"${'r'.repeat(1000)}"}}`).reason.length, 300);
  assert.equal(read('one\n\u001b[31mtwo\u0007').reason, 'one [31mtwo');
});

test('a gateway that repeats the credentials is not quoted', () => {
  const texts = [
    `{"message":"'x' not a valid key=value pair (missing equal-sign) in Authorization header: 'Basic c2VjcmV0'."}`,
    '{"message":"Authorization header requires Credential parameter. Authorization=ApiKey c2VjcmV0"}',
    '{"message":"The request signature does not match.\\n\\nThe Canonical String for this request should have been\\nx-amz-security-token:c2VjcmV0"}',
  ];
  for (const text of texts) {
    const { reason } = wholeError(Buffer.from(text));
    assert.doesNotMatch(reason, /c2VjcmV0/);
    assert.match(reason, /^.{20}/);
  }
});
