import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { DIGESTS, LANES } from '../../workers/kernel/layout.ts';
import { randomWords } from '../geo/random.ts';
import { Parts } from './parts.ts';
import { SEED } from './seed.ts';

const parts = await Parts.load();
const words = new DataView(parts.bytes.buffer);

/** Puts a message of at most 55 bytes into a lane, padded as RFC 3174 §4 says. */
function putMessage(lane: number, message: Buffer): void {
  const block = Buffer.alloc(64);
  message.copy(block);
  block[message.length] = 0x80;
  block.writeUInt32BE(message.length * 8, 60);
  for (let word = 0; word < 16; word++) {
    words.setUint32(parts.arena + LANES + word * 16 + lane * 4, block.readUInt32BE(word * 4), true);
  }
}

function digestOf(lane: number): string {
  const digest = Buffer.alloc(20);
  for (let word = 0; word < 5; word++) {
    digest.writeUInt32BE(words.getUint32(parts.arena + DIGESTS + word * 16 + lane * 4, true), word * 4);
  }
  return digest.toString('hex');
}

test('four messages at once, each as node:crypto hashes it', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED);
  for (let round = 0; round < 10_000; round++) {
    const messages = [0, 1, 2, 3].map((lane) => {
      const length = round < 56 ? (round + lane * 14) % 56 : random() % 56;
      return Buffer.from(Uint8Array.from({ length }, () => random() & 255));
    });
    for (const [lane, message] of messages.entries()) putMessage(lane, message);
    parts.exports.sha1FourLanes();
    for (const [lane, message] of messages.entries()) {
      assert.equal(digestOf(lane), createHash('sha1').update(message).digest('hex'), message.toString('hex'));
    }
  }
});
