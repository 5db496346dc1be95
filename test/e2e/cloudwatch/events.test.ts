/** What is read of log groups: which events, once each, and what documents say of them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readNdjson } from '../../run/program.ts';
import { type Document, readFolder } from './outputs.ts';
import { logSetup, recordAt } from './setup.ts';

const MS_PER_HOUR = 3_600_000;

const setup = await logSetup();
const beginsMs = Math.floor(Date.now() / MS_PER_HOUR - 30) * MS_PER_HOUR;
const fromDay = new Date(beginsMs).toISOString().slice(0, 10);

test('an event in each window, at its ends and beside them: each once', { skip: setup === null }, async () => {
  assert.ok(setup);
  const cut = beginsMs + 2 * MS_PER_HOUR;
  const times = [cut - 2, cut - 1, cut, cut + 1, cut + MS_PER_HOUR - 1, cut + MS_PER_HOUR];
  await setup.put('/vpc/cut', 'eni-1-all', times.map(recordAt));
  setup.proxy.calls.length = 0;
  const args = ['convert', 'cloudwatch:///vpc/cut?region=eu-west-1', 'cut/', '--from', fromDay, '--json'];
  const { code, stdout, stderr } = await setup.run('cut', args);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).documents, times.length);
  const found: [string, string][] = [];
  readFolder(`${setup.folder}/cut`, ({ event }, file) => found.push([event.id, file]));
  assert.equal(new Set(found.map(([id]) => id)).size, times.length);
  const files = new Map<string, number>();
  for (const [, file] of found) files.set(file.slice(-11), (files.get(file.slice(-11)) ?? 0) + 1);
  assert.deepEqual([...files.values()].sort(), [1, 2, 3]);
  // Both windows ask for the millisecond between them; one keeps it.
  const ends = setup.proxy.calls.filter(({ endTime }) => endTime === cut).length;
  const starts = setup.proxy.calls.filter(({ startTime }) => startTime === cut).length;
  assert.deepEqual([ends, starts], [1, 1]);
});

test('a document of an event, and dead letters that name theirs', { skip: setup === null }, async () => {
  assert.ok(setup);
  const event = recordAt(beginsMs + 90_123, 7);
  const odd = { timestampMs: beginsMs + 95_000, message: 'no record at all' };
  const bad = { timestampMs: beginsMs + 96_000, message: event.message.replace(' 443 ', ' 70000 ') };
  await setup.put('/vpc/look', 'eni-1-all', [event, odd, bad]);
  const args = ['convert', 'cloudwatch:///vpc/look?region=eu-west-1', 'look.ndjson', '--from', fromDay];
  const { code, stderr } = await setup.run('look', [...args, '--dead-letters', 'look-letters.ndjson']);
  assert.equal(code, 3, stderr);
  const [document, ...others] = readNdjson<Document>(`${setup.folder}/look.ndjson`);
  assert.deepEqual(others, []);
  assert.deepEqual(document.input, { type: 'aws-cloudwatch' });
  assert.deepEqual(document.log, { file: { path: '/vpc/look/eni-1-all' } });
  assert.equal(document.cloud.region, 'eu-west-1');
  const { cloudwatch, s3 } = document.aws;
  assert.equal(s3, undefined);
  assert.match(cloudwatch.ingestion_time, /^20\d\d-.*:\d\d\.000Z$/);
  assert.equal(cloudwatch.log_group, '/vpc/look');
  assert.equal(cloudwatch.log_stream, 'eni-1-all');
  const start = Math.floor((beginsMs + 90_123) / 1000) * 1000;
  assert.equal(document['@timestamp'], new Date(start + 59_000).toISOString());
  assert.match(document.event.id, /^\d+$/);
  const letters = readNdjson<Document>(`${setup.folder}/look-letters.ndjson`);
  assert.deepEqual(
    letters.map(({ code, line, offset, event }) => [code, line, offset, event.stream]),
    [
      ['unknown_format', odd.message, null, 'eni-1-all'],
      ['bad_number', bad.message, null, 'eni-1-all'],
    ],
  );
  assert.equal(letters[0].event.timestamp, new Date(odd.timestampMs).toISOString());
});

test('the formats of flow logs are looked up, two in one group; without the right to it, once said', {
  skip: setup === null,
}, async () => {
  assert.ok(setup);
  const logFormat = (...names: string[]) => names.map((name) => `\${${name}}`).join(' ');
  const own = logFormat('srcaddr', 'dstaddr', 'bytes', 'start');
  const other = logFormat('dstaddr', 'srcaddr', 'action', 'start');
  await setup.flowLog('/vpc/formats', own);
  await setup.flowLog('/vpc/formats', other);
  const timestampMs = beginsMs + 1000;
  const start = timestampMs / 1000;
  await setup.put('/vpc/formats', 'eni-1-all', [
    { timestampMs, message: `10.0.0.1 10.0.0.2 77 ${start}` },
    { timestampMs, message: `10.0.0.3 10.0.0.4 REJECT ${start}` },
    recordAt(timestampMs, 1),
    { timestampMs, message: `10.0.0.5 10.0.0.6 -3 ${start}` },
  ]);
  const source = 'cloudwatch:///vpc/formats?region=eu-west-1';
  const args = ['convert', source, '--from', fromDay, '--dead-letters', 'formats-letters.ndjson'];
  const { code, stdout, stderr } = await setup.run('formats', args);
  assert.equal(code, 3, stderr);
  const flows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ source: from, destination, network, event }) => [from.ip, destination.ip, network.bytes, event.action]);
  assert.deepEqual(flows, [
    ['10.0.0.1', '10.0.0.2', 77, undefined],
    ['10.0.0.4', '10.0.0.3', undefined, 'REJECT'],
    ['10.0.0.1', '198.51.100.7', 1001, 'ACCEPT'],
  ]);
  const [letter] = readNdjson(`${setup.folder}/formats-letters.ndjson`);
  assert.equal(letter?.['code'], 'bad_number');

  setup.proxy.denied.add('DescribeFlowLogs');
  const given = await setup.run('formats', [...args, '--format', own]);
  assert.doesNotMatch(given.stderr, /DescribeFlowLogs/);
  const blind = await setup.run('formats', args);
  setup.proxy.denied.clear();
  assert.equal(blind.stderr.match(/lack ec2:DescribeFlowLogs/g)?.length, 1, blind.stderr);
});

test('groups by the beginning of names and by ARN, streams by name and by the beginning of theirs', {
  skip: setup === null,
}, async () => {
  assert.ok(setup);
  const at = beginsMs + 5_000;
  await setup.put('/pre/a', 'eni-1-all', [recordAt(at, 1)]);
  await setup.put('/pre/a', 'eni-2-all', [recordAt(at, 2)]);
  await setup.put('/pre/a', 'fni-3-all', [recordAt(at, 3)]);
  await setup.put('/pre/b', 'eni-1-all', [recordAt(at, 4)]);
  const bytesOf = async (source: string, ...more: string[]) => {
    const { code, stdout, stderr } = await setup.run('names', ['convert', source, '--from', fromDay, ...more]);
    assert.equal(code, 0, stderr);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line).network.bytes - 1000).sort();
  };
  assert.deepEqual(await bytesOf('cloudwatch:///pre/*'), [1, 2, 3, 4]);
  const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/pre/a:*';
  assert.deepEqual(await bytesOf(`cloudwatch://${arn}`), [1, 2, 3]);
  assert.deepEqual(await bytesOf('cloudwatch:///pre/a', '--streams', 'eni-1-all,fni-3-all'), [1, 3]);
  assert.deepEqual(await bytesOf('cloudwatch:///pre/a', '--stream-prefix', 'eni-'), [1, 2]);
  assert.deepEqual(await bytesOf('cloudwatch:///pre/*', '--exclude', '/pre/a/**'), [4]);
  assert.deepEqual(await bytesOf('cloudwatch:///pre/*', '--linked-accounts'), [1, 2, 3, 4]);

  const refused = async (source: string, ...more: string[]) => {
    const { code, stderr } = await setup.run('names', ['convert', source, 'refused/', ...more]);
    assert.equal(code, 2, stderr);
    assert.ok(!existsSync(`${setup.folder}/refused`));
    return stderr;
  };
  assert.match(await refused('cloudwatch:///pre/a', '--linked-accounts'), /PREFIX\*/);
  assert.match(await refused('cloudwatch:///pre/a', '--streams', 'a', '--stream-prefix', 'b'), /give one/);
  assert.match(await refused('cloudwatch:///pre/a', '--shard', '1/2'), /--shard is for s3/);
  assert.match(await refused('cloudwatch:///pre/a', '--accounts', '123456789012'), /go by keys/);
  assert.match(await refused('logs/', '--streams', 'a'), /no log group/);
});

test('what is not there, and what may not be read', { skip: setup === null }, async () => {
  assert.ok(setup);
  const missing = await setup.run('missing', ['convert', 'cloudwatch:///none', '--from', fromDay]);
  assert.equal(missing.code, 4, missing.stderr);
  assert.match(missing.stderr, /\/none is not there/);
  const unlisted = await setup.run('missing', ['convert', 'cloudwatch:///none']);
  assert.equal(unlisted.code, 4, unlisted.stderr);
  setup.proxy.denied.add('FilterLogEvents');
  const denied = await setup.run('missing', ['convert', 'cloudwatch:///pre/a', '--from', fromDay]);
  assert.equal(denied.code, 4, denied.stderr);
  assert.match(denied.stderr, /need logs:FilterLogEvents/);
  const one = await setup.run('missing', ['convert', 'cloudwatch:///pre/*', 'denied/', '--from', fromDay]);
  assert.equal(one.code, 4, one.stderr);
  setup.proxy.denied.clear();
});

test('calls are as many a second as asked, and at a time', { skip: setup === null }, async () => {
  assert.ok(setup);
  const { proxy } = setup;
  Object.assign(proxy, { mostUnderWay: 0 });
  proxy.calls.length = 0;
  proxy.faults.delayMs = 300;
  const args = ['convert', 'cloudwatch:///pre/a', 'paced/', '--from', fromDay, '--max-calls', '10', '--windows', '2'];
  const { code, stderr } = await setup.run('paced', args);
  proxy.faults.delayMs = 0;
  assert.equal(code, 0, stderr);
  const times = proxy.calls.map(({ atMs }) => atMs);
  assert.ok(times.length >= 30, `${times.length}`);
  assert.equal(proxy.mostUnderWay, 2);
  // Two at a time of 300 ms each are 6.7 a second.
  const perSecond = ((times.length - 1) * 1000) / (times.at(-1)! - times[0]!);
  assert.ok(perSecond > 3 && perSecond < 8, `${perSecond}`);

  proxy.calls.length = 0;
  const fast = await setup.run('paced', [...args.slice(0, -1), '100']);
  assert.equal(fast.code, 0, fast.stderr);
  const at = proxy.calls.map(({ atMs }) => atMs);
  const rate = ((at.length - 1) * 1000) / (at.at(-1)! - at[0]!);
  assert.ok(rate > 5 && rate < 11, `${rate}`);
});

test('doctor says whether groups are there, may be read, and what formats they have', {
  skip: setup === null,
}, async () => {
  assert.ok(setup);
  await setup.put('/vpc/formats', 'eni-1-all', [recordAt(Date.now() - 30 * 60_000, 1)]);
  const { code, stdout, stderr } = await setup.run('doctor', ['doctor', 'cloudwatch:///vpc/formats']);
  assert.equal(code, 0, stderr + stdout);
  assert.match(stdout, /ok +log groups +1 of that name in eu-west-1/);
  assert.match(stdout, /ok +events +1 in the last hour/);
  assert.match(stdout, /ok +format +known of \/vpc\/formats/);
  setup.proxy.denied.add('DescribeLogGroups').add('DescribeFlowLogs');
  const less = await setup.run('doctor', ['doctor', 'cloudwatch:///vpc/formats']);
  setup.proxy.denied.clear();
  assert.equal(less.code, 0, less.stderr + less.stdout);
  assert.match(less.stdout, /warn +log groups .*logs:DescribeLogGroups/);
  assert.match(less.stdout, /warn +format/);
  const none = await setup.run('doctor', ['doctor', 'cloudwatch:///none']);
  assert.equal(none.code, 4, none.stdout);
});

test('letters name no secret', { skip: setup === null }, () => {
  assert.ok(setup);
  assert.doesNotMatch(readFileSync(`${setup.folder}/look-letters.ndjson`, 'utf8'), /testsecret/);
});
