/**
 * Rounds of kills at random moments between a real S3 server and an intake: after the same command has run to its end, every
 * line is there, and twice only where nobody could know that it was there already. `npm run test:kill -- --rounds 200`
 * makes more of them.
 */

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Prng } from '../../../src/generate/prng.ts';
import { jobIn } from '../../../src/job/job.ts';
import { jobNames, jobStatus } from '../../../src/status/job-status.ts';
import type { Faults } from '../../delivery/faults.ts';
import { ended, start, temporaryFolder } from '../../run/program.ts';
import { header, record } from '../../run/records.ts';
import { INTAKE_KEY, type IntakeServer, needlessDoubles, timesTaken, withIntake } from '../../sekoia/intake-server.ts';
import { OWNER, startVersitygw, versitygwBinary } from '../s3/versitygw.ts';

const ROUNDS = Number(process.env['FLOWBULK_KILL_ROUNDS'] ?? 4);
const SEED = Number(process.env['FLOWBULK_TEST_SEED'] ?? 1);
const OBJECTS = 20;
const RECORDS = 1_500;
const ALL = OBJECTS * RECORDS;
const LINES = Array.from({ length: ALL }, (_, i) => record(i));

/** Requests at a time, and events of each: so many may be taken when a process is killed that has not read the answers. */
const CONCURRENCY = 3;
const BODY_RECORDS = 150;

/** A run that takes longer hangs. */
const RUN_LIMIT_MS = 120_000;

const folder = temporaryFolder();
const random = new Prng(SEED, 1);
const binary = versitygwBinary();
const s3 = binary === null ? null : await startVersitygw(binary);
after(() => s3?.stop());

function fillBucket(): void {
  process.stderr.write(`kill rounds: ${ROUNDS}, seed ${SEED}\n`);
  s3?.makeBucket('logs');
  for (let i = 0; i < OBJECTS; i++) {
    const day = `${1 + (i % 3)}`.padStart(2, '0');
    const key = `AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/${day}/123456789012_vpcflowlogs_eu-west-1_fl-1_202501${day}T0005Z_${i}.log.gz`;
    const lines = LINES.slice(i * RECORDS, (i + 1) * RECORDS);
    s3?.put('logs', key, gzipSync(`${header}\n${lines.join('\n')}\n`));
  }
}
fillBucket();

function startLoad(server: IntakeServer, state: string) {
  const env = {
    AWS_ACCESS_KEY_ID: OWNER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: OWNER.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    FLOWBULK_ENDPOINT_URL: s3?.endpointUrl ?? '',
    FLOWBULK_PATH_STYLE: 'true',
    FLOWBULK_AWS_REGION: 'us-east-1',
    FLOWBULK_API_KEY: INTAKE_KEY,
  };
  const slowly = ['--max-rate', '20k', '--body-records', `${BODY_RECORDS}`, '--concurrency', `${CONCURRENCY}`];
  const child = start(folder, ['run', 's3://logs/', server.url, '--state', state, ...slowly], 'ignore', env);
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT_MS);
  const end = ended(child).finally(() => clearTimeout(timer));
  return { child, end };
}

/** Loads and kills when a random share of the lines is there. */
async function killedLoad(server: IntakeServer, state: string): Promise<void> {
  const { child, end } = startLoad(server, state);
  const requests = server.taken.length + random.between(1, ALL / BODY_RECORDS / 3);
  while (server.taken.length < requests && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill('SIGKILL');
  await end;
}

async function assertLedgerTells(state: string): Promise<void> {
  const place = path.join(folder, state);
  const [job] = jobNames(place);
  const { totals } = await jobStatus(place, job as string);
  assert.deepEqual(totals.objects, { done: OBJECTS, damaged: 0, failed: 0, unfinished: 0 });
  assert.deepEqual([totals.records, totals.created + totals.duplicates], [ALL, ALL]);
  const { underWayPath } = jobIn(path.join(place, 'jobs', job as string));
  assert.ok(existsSync(underWayPath));
  assert.deepEqual(readdirSync(underWayPath), []);
}

const VARIANTS: Readonly<Record<string, Faults>> = {
  'an intake that is well': {},
  'an intake that loses answers': {
    'answer lost': 0.05,
    'answer cut': 0.03,
    '503': 0.05,
    '429': 0.05,
    'fewer items': 0.02,
  },
};

for (const [variant, faults] of Object.entries(VARIANTS)) {
  test(`killed, into ${variant}: nothing lost, twice only what nobody could know of`, {
    skip: s3 === null,
  }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await withIntake({ seed: SEED * 1000 + round, faults, maxInARow: 3 }, async (server) => {
        const state = `state-${Object.keys(VARIANTS).indexOf(variant)}-${round}`;
        const kills = random.between(1, 3);
        for (let left = kills; left > 0; left--) await killedLoad(server, state);
        const { code, stderr } = await startLoad(server, state).end;
        assert.equal(code, 0, stderr);
        assert.deepEqual([...timesTaken(server.taken).keys()].sort(), [...LINES].sort());
        // Of an answer that was spoilt nothing is known, and of those that a killed process had not read.
        const doubles = needlessDoubles(server.taken, ({ answeredMs }) => answeredMs === null).length;
        const unread = kills * CONCURRENCY * BODY_RECORDS;
        assert.ok(doubles <= unread, `${doubles} events twice after ${kills} kills, ${unread} can be`);
        assert.deepEqual(server.violations, []);
        await assertLedgerTells(state);
      });
    }
  });
}
