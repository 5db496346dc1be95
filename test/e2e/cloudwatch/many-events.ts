/** Many events in many streams, read back exactly, though AWS throttles and has empty pages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFolder } from './outputs.ts';
import { logSetup, recordAt } from './setup.ts';

const STREAMS = 50;
const HOURS = 6;
const MS_PER_HOUR = 3_600_000;

/** Tests with so many events, spread over 50 streams and six hours. */
export async function testManyEvents(events: number): Promise<void> {
  const setup = await logSetup();
  test(`${events} events in ${STREAMS} streams`, { skip: setup === null }, async () => {
    assert.ok(setup);
    const beginsMs = Math.floor(Date.now() / MS_PER_HOUR - 48) * MS_PER_HOUR;
    const sent = new Set<string>();
    for (let stream = 0; stream < STREAMS; stream++) {
      const its = Array.from({ length: events / STREAMS }, (_, at) => {
        const i = at * STREAMS + stream;
        // Most in the second hour, so that it is cut.
        const hour = i % 10 < 7 ? 1 : i % HOURS;
        const within = Math.floor((at / (events / STREAMS)) * MS_PER_HOUR);
        return { ...recordAt(beginsMs + hour * MS_PER_HOUR + within, i) };
      }).sort((a, b) => a.timestampMs - b.timestampMs);
      await setup.put('/vpc/many', `eni-${stream}-all`, its);
      for (const { message } of its) sent.add(message);
    }
    Object.assign(setup.proxy.faults, { throttled: 0.05, empty: 0.05, pageEvents: Math.min(10_000, events / 50) });
    const day = new Date(beginsMs).toISOString().slice(0, 10);
    const args = ['convert', 'cloudwatch:///vpc/many', 'out/', '--from', day, '--keep-original', '--json'];
    const { code, stdout, stderr } = await setup.run('many', args);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).documents, events);
    const ids = new Set<string>();
    const messages = new Set<string>();
    const read = readFolder(`${setup.folder}/out`, ({ event }) => {
      ids.add(event.id);
      messages.add(event.original);
    });
    const { calls, mostUnderWay } = setup.proxy;
    const throttled = calls.filter(({ isThrottled }) => isThrottled).length;
    process.stderr.write(`${calls.length} calls, ${throttled} throttled, at most ${mostUnderWay} at a time\n`);
    assert.equal(read, events);
    assert.equal(ids.size, events);
    assert.deepEqual(messages, sent);
    assert.ok(throttled > 0 && mostUnderWay > 1);
  });
}
