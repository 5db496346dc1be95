import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '../../src/progress/meter.ts';
import type { ProgressSnapshot } from '../../src/progress/snapshot.ts';

const GIB = 2 ** 30;

function at(bytesDone: number, more: Partial<ProgressSnapshot> = {}): ProgressSnapshot {
  const none = { objectsListed: 100, objectsDone: 0, documents: 0, deadLetters: 0, filtered: 0, bytesOut: 0 };
  return { ...none, listingDone: true, bytesListed: 10 * GIB, bytesDone, records: bytesDone / 100, ...more };
}

test('a steady rate is right from the first sample on', () => {
  const meter = new Meter(0);
  for (let second = 1; second <= 60; second++) {
    const reading = meter.read(at(second * 1e6), second * 1000);
    assert.ok(Math.abs(reading.bytesPerSecond - 1e6) < 1);
    assert.ok(Math.abs(reading.recordsPerSecond - 1e4) < 1);
  }
});

test('the time left is told after some seconds, and is what is left by the rate', () => {
  const meter = new Meter(0);
  assert.equal(meter.read(at(1e6), 1000).etaSeconds, null);
  const reading = meter.read(at(1e7), 10_000);
  assert.ok(Math.abs(reading.etaSeconds! - (10 * GIB - 1e7) / 1e6) < 1);
  assert.equal(reading.isEtaLeast, false);
  assert.equal(meter.read(at(1e7, { listingDone: false }), 11_000).isEtaLeast, true);
});

test('a stall of ten seconds does not make the time left jump, a lasting change moves it over minutes', () => {
  const meter = new Meter(0);
  let bytes = 0;
  let reading = meter.read(at(0), 0);
  let second = 0;
  const go = (seconds: number, perSecond: number) => {
    for (let i = 0; i < seconds; i++) {
      second++;
      bytes += perSecond;
      reading = meter.read(at(bytes), second * 1000);
    }
    return reading.etaSeconds!;
  };
  const steady = go(300, 1e6);
  const afterStall = go(10, 0);
  assert.ok(afterStall < steady * 1.15, `${steady} → ${afterStall}`);
  assert.ok(reading.bytesPerSecond < 2e5, 'what is shown as rate follows at once');
  const halved = go(600, 5e5);
  assert.ok(Math.abs(halved - (10 * GIB - bytes) / 5e5) < halved * 0.05);
});

test('two reads at the same time are one', () => {
  const meter = new Meter(0);
  meter.read(at(1e6), 1000);
  assert.ok(Number.isFinite(meter.read(at(2e6), 1000).bytesPerSecond));
});
