/** Events for Sekoia's intake: the order that its parser reads, and JSON as its Parquet collector writes it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { MAX_RECORD_BYTES } from '../../src/formats/line-reader.ts';
import type { SekoiaForm } from '../../src/formats/sekoia.ts';
import { read } from './read.ts';

/** The longest event that the intake takes, bytes of UTF-8. */
const MAX_EVENT_BYTES = 250_000;

const V2 = '2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK';
const V5_MORE = 'vpc-1 subnet-1 i-1 19 IPv4 10.0.0.1 10.0.0.2 eu-west-1 euw1-az1 - - S3 - egress 8';

/** The texts of the events that lines become. */
function events(lines: readonly (string | Buffer)[], as: SekoiaForm = 'sekoia', format?: string): string[] {
  const { documents, refused } = read(lines, { options: { as }, ...(format === undefined ? {} : { format }) });
  assert.deepEqual(refused, []);
  return documents;
}

test('lines in the order of the parser go as they are; header and blank lines do not', () => {
  const header = LAYOUTS.v2.join(' ');
  assert.deepEqual(events([header, V2, '', '   ', V2]), [V2, V2]);
  const v5 = `5${V2.slice(1)} ${V5_MORE}`;
  assert.deepEqual(events([LAYOUTS.v5.join(' '), v5]), [v5]);
  assert.deepEqual(events([V2]), [V2], 'without a header, too');
});

test('lines in another order are put into it, blanks between values single', () => {
  const v5 = `5${V2.slice(1)} ${V5_MORE}`;
  const reversed = v5.split(' ').reverse().join('  ');
  assert.deepEqual(events([[...LAYOUTS.v5].reverse().join(' '), reversed]), [v5]);
});

test('what a record lacks is a dash, and 14 fields stay 14', () => {
  const [text] = events(['srcaddr dstaddr log-status', '10.0.0.1 10.0.0.2 OK']);
  assert.equal(text, '2 - - 10.0.0.1 10.0.0.2 - - - - - - - - OK');
});

test('one field beyond the 14 asks for the places of all 29', () => {
  const [text] = events([`${LAYOUTS.v2.join(' ')} vpc-id`, `3${V2.slice(1)} vpc-1`]);
  assert.equal(text, `3${V2.slice(1)} vpc-1${' -'.repeat(14)}`);
  assert.equal(text?.split(' ').length, 29);
});

test('fields that the parser reads over come last, in the order of the header', () => {
  const [text] = events([`team ${LAYOUTS.v2.join(' ')} reject-reason`, `red ${V2} BPA`]);
  assert.equal(text, `${V2}${' -'.repeat(15)} red BPA`);
});

test('a record that says no version gets the one of its fields', () => {
  assert.match(events(['srcaddr vpc-id', '10.0.0.1 vpc-1'])[0]!, /^5 - - 10\.0\.0\.1 /);
  assert.match(events(['srcaddr version', '10.0.0.1 -'])[0]!, /^2 - - 10\.0\.0\.1 /);
});

test('the time of a CloudWatch export and wrappings of JSON do not go along', () => {
  const inner = `2024-05-01T10:00:00.000Z ${V2}`;
  assert.deepEqual(events([inner, JSON.stringify({ message: V2 })]), [V2, V2]);
});

test('a transit gateway’s record has its own fields at the end', () => {
  const tokens = LAYOUTS.tgw.map((name) => (/addr$/.test(name) ? '10.0.0.1' : /port|^p|bytes/.test(name) ? '7' : '-'));
  const [text] = events([LAYOUTS.tgw.join(' '), tokens.join(' ')]);
  assert.equal(text?.split(' ').length, 29 + LAYOUTS.tgw.filter((name) => !LAYOUTS.v5.includes(name as 'end')).length);
});

test('JSON has the columns of AWS’s Parquet files, numbers whole, and nothing for a dash', () => {
  const [text] = events([`${LAYOUTS.v5.join(' ')} team`, `5${V2.slice(1)} ${V5_MORE} red`], 'sekoia-json');
  assert.equal(
    text,
    '{"version":5,"account_id":"123456789010","interface_id":"eni-1","srcaddr":"172.31.16.139",' +
      '"dstaddr":"172.31.16.21","srcport":20641,"dstport":22,"protocol":6,"packets":20,"bytes":4249,' +
      '"start":1418530010,"end":1418530070,"action":"ACCEPT","log_status":"OK","vpc_id":"vpc-1",' +
      '"subnet_id":"subnet-1","instance_id":"i-1","tcp_flags":19,"type":"IPv4","pkt_srcaddr":"10.0.0.1",' +
      '"pkt_dstaddr":"10.0.0.2","region":"eu-west-1","az_id":"euw1-az1","pkt_src_aws_service":"S3",' +
      '"flow_direction":"egress","traffic_path":8,"team":"red"}',
  );
});

test('JSON of values that should be numbers and are not has them as texts', () => {
  const [text] = events(['version traffic-path tcp-flags team srcport', '05 local SYN "red\\" 1'], 'sekoia-json');
  assert.deepEqual(JSON.parse(text!), {
    version: '05',
    traffic_path: 'local',
    tcp_flags: 'SYN',
    team: '"red\\"',
    srcport: 1,
  });
});

test('no event can be longer than the intake takes: longer lines are dead letters', () => {
  const fixed = Buffer.byteLength('1 ');
  for (const filler of ['\u0001', '"', '\\', 'é', '\x80']) {
    const bytes = Buffer.from(filler, filler === '\x80' ? 'latin1' : 'utf8');
    const team = Buffer.alloc(MAX_RECORD_BYTES - fixed, bytes);
    const line = Buffer.concat([Buffer.from('1 '), team]);
    for (const as of ['sekoia', 'sekoia-json'] as const) {
      const [text] = events(['srcport team', line], as);
      assert.ok(Buffer.byteLength(text!) <= MAX_EVENT_BYTES, `${as}: ${Buffer.byteLength(text!)} bytes`);
    }
  }
  const tooLong = `1 ${'x'.repeat(MAX_RECORD_BYTES)}`;
  const { refused } = read(['srcport team', tooLong], { options: { as: 'sekoia' } });
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['line_too_long'],
  );
});

test('lines that are no record are dead letters, as for other documents', () => {
  const lines = [LAYOUTS.v2.join(' '), V2.replace('20641', '70000'), 'no record', V2];
  const { documents, refused } = read(lines, { options: { as: 'sekoia' } });
  assert.deepEqual(documents, [V2]);
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['bad_number', 'token_count'],
  );
});
