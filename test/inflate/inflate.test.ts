import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MAX_WHOLE_BYTES } from '../../src/inflate/whole.ts';
import { ENGINES, flowText, inflated, randomOf } from './collect.ts';

const text = flowText(6_000);
const gz = gzipSync(text);

for (const engine of ENGINES) {
  test(`${engine}: one member, whatever the pieces`, async () => {
    for (const pieceBytes of [1_000, 16_384, 65_536, gz.length]) {
      const result = await inflated(gz, engine, pieceBytes);
      assert.equal(result.error, null);
      assert.ok(result.text.equals(text));
      assert.equal(result.opens, 1);
      assert.ok(result.biggestChunkBytes <= 262_144);
    }
    const small = gzipSync('version account-id\n2 1\n');
    assert.equal((await inflated(small, engine, 1)).text.toString(), 'version account-id\n2 1\n');
  });

  test(`${engine}: several members, also of the same length, also empty ones`, async () => {
    const members = [text, text, Buffer.alloc(0), Buffer.from('x\n'), text];
    const result = await inflated(Buffer.concat(members.map((member) => gzipSync(member))), engine, 10_000);
    assert.equal(result.error, null);
    assert.ok(result.text.equals(Buffer.concat(members)));
  });

  test(`${engine}: plain text passes through, gzip or not is told by the first bytes alone`, async () => {
    for (const pieceBytes of [1, 777, 1_000_000]) {
      const plain = pieceBytes === 1 ? text.subarray(0, 5_000) : text;
      assert.ok((await inflated(plain, engine, pieceBytes)).text.equals(plain));
    }
    for (const short of ['', 'a', '\x1f', 'PAR']) {
      const result = await inflated(Buffer.from(short, 'latin1'), engine);
      assert.equal(result.error, null);
      assert.equal(result.text.toString('latin1'), short);
    }
  });

  test(`${engine}: Parquet is refused`, async () => {
    assert.equal((await inflated(Buffer.from('PAR1 and more'), engine, 2)).error?.code, 'E_OBJECT_PARQUET');
  });

  test(`${engine}: zero padding after the stream is fine, what follows it is not`, async () => {
    for (const zeros of [1, 511, 100_000]) {
      const result = await inflated(Buffer.concat([gz, Buffer.alloc(zeros)]), engine);
      assert.equal(result.error, null);
      assert.ok(result.text.equals(text));
    }
    const result = await inflated(Buffer.concat([gz, Buffer.alloc(70_000), Buffer.from('x')]), engine);
    assert.equal(result.error?.code, 'E_OBJECT_DAMAGED');
    assert.equal(result.error?.facts['compressedOffset'], gz.length + 70_000);
    assert.ok(result.text.equals(text));
  });

  test(`${engine}: a cut stream gives what is before the cut`, async () => {
    for (const cut of [2, 9, 20, 1_000, gz.length - 9, gz.length - 8, gz.length - 1]) {
      const result = await inflated(gz.subarray(0, cut), engine);
      assert.equal(result.error?.code, 'E_OBJECT_DAMAGED', `cut at ${cut}`);
      assert.equal(result.error?.facts['compressedOffset'], cut);
      assert.equal(result.error?.facts['plainOffset'], result.text.length);
      assert.ok(result.text.equals(text.subarray(0, result.text.length)));
      assert.ok(result.text.length > (cut - 200) * 3 || cut < 1_000, `${result.text.length} bytes of text for ${cut}`);
    }
    assert.ok((await inflated(gz.subarray(0, -8), engine)).text.equals(text));
  });

  test(`${engine}: a wrong checksum or length is damage after all text`, async () => {
    for (const at of [gz.length - 8, gz.length - 1]) {
      const bad = Buffer.from(gz);
      bad[at]! ^= 1;
      const result = await inflated(bad, engine);
      assert.equal(result.error?.code, 'E_OBJECT_DAMAGED');
      assert.match(result.error?.message ?? '', /x\.log\.gz is damaged: its (checksum|length)/);
      assert.ok(result.text.equals(text));
    }
  });

  test(`${engine}: garbage after the stream is damage after all text`, async () => {
    for (const garbage of ['garbage', 'g'.repeat(100_000), '\x1f\x8b garbage']) {
      const result = await inflated(Buffer.concat([gz, Buffer.from(garbage, 'latin1')]), engine);
      assert.equal(result.error?.code, 'E_OBJECT_DAMAGED');
      assert.ok(result.text.equals(text));
      const offset = result.error?.facts['compressedOffset'] as number;
      assert.ok(offset >= gz.length && offset <= gz.length + 10, `${offset} of ${gz.length}`);
    }
  });

  test(`${engine}: a broken stream gives the text up to where it breaks`, async () => {
    const random = randomOf(7);
    for (let round = 0; round < 2; round++) {
      const bad = Buffer.from(gz);
      const at = 20 + Math.floor(random() * (gz.length - 40));
      bad.fill(0xff, at, at + 8);
      const result = await inflated(bad, engine, 50_000);
      assert.equal(result.error?.code, 'E_OBJECT_DAMAGED', `broken at ${at}`);
      // What a broken stream gives after the break is any bytes; before it, all is there but what lies in one byte.
      const other = await inflated(bad, 'node:zlib', 333);
      assert.ok(result.text.equals(other.text), 'the same, however it arrived');
      const whole = (await inflated(gz.subarray(0, at), 'node:zlib')).text;
      assert.ok(
        result.text.length >= whole.length - 300 &&
          result.text.subarray(0, whole.length).equals(whole.subarray(0, result.text.length)),
      );
    }
  });

  test(`${engine}: a bomb is bounded`, async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, 'a'));
    let bytes = 0;
    const before = process.memoryUsage.rss();
    let most = 0;
    const { inflateObject } = await import('../../src/inflate/inflate.ts');
    for await (const chunk of inflateObject(async function* () {
      yield bomb;
    }, engine)) {
      bytes += chunk.length;
      most = Math.max(most, process.memoryUsage.rss() - before);
      assert.ok(chunk.length <= 262_144);
    }
    assert.equal(bytes, 200_000_000);
    assert.ok(most < 150_000_000, `${most} bytes more memory`);
  });
}

test('objects around the size that is inflated in one call, and text around the length', async () => {
  const noise = randomBytes(MAX_WHOLE_BYTES + 200_000);
  for (const extra of [-100_000, 0, 100_000]) {
    const whole = noise.subarray(0, MAX_WHOLE_BYTES + extra);
    for (const engine of ENGINES) {
      const result = await inflated(gzipSync(whole), engine, 100_000);
      assert.equal(result.error, null);
      assert.ok(result.text.equals(whole));
    }
  }
  const long = gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1, 'a'));
  const { text: told, error } = await inflated(long, 'node:zlib');
  assert.equal(error, null);
  assert.equal(told.length, 64 * 1024 * 1024 + 1);
});

test('a stream that cannot be opened twice is opened once, and gives what zlib gives', async () => {
  const bad = Buffer.from(gz);
  bad[gz.length - 1]! ^= 1;
  for (const engine of ENGINES) {
    const result = await inflated(bad, engine, 1_000, { replayable: false });
    assert.equal(result.opens, 1);
    assert.equal(result.error?.code, 'E_OBJECT_DAMAGED');
    assert.ok(result.text.length > text.length - 100_000);
    assert.ok((await inflated(gz, engine, 1_000, { replayable: false })).text.equals(text));
  }
});

test('an error of the source passes through, and the source is closed when the reader stops', async () => {
  const { inflateObject } = await import('../../src/inflate/inflate.ts');
  const failing = inflateObject(async function* () {
    yield gz.subarray(0, 1_000);
    throw new Error('away');
  }, 'node:zlib');
  await assert.rejects(async () => {
    for await (const _ of failing);
  }, /away/);
  // Longer than what is read before anything is inflated, so that the reader stops in its middle.
  const long = gzipSync(randomBytes(MAX_WHOLE_BYTES + 1_000_000));
  let closed = false;
  for await (const _ of inflateObject(async function* () {
    try {
      for (let at = 0; at < long.length; at += 1_000) {
        yield long.subarray(at, at + 1_000);
      }
      assert.fail('read to its end');
    } finally {
      closed = true;
    }
  }, 'node:zlib')) {
    break;
  }
  assert.ok(closed);
});
