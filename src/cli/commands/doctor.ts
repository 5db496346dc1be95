/** `flowbulk doctor [SOURCE] [DESTINATION]`: whether a run would work, and what to do where not. */

import { statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { clusterAccess } from '../../cluster/access.ts';
import { isTarget, parseTarget } from '../../cluster/target.ts';
import { cgroupLimits } from '../../doctor/cgroup.ts';
import { type CheckGroup, exitCodeOf, ok, runChecks, skipped } from '../../doctor/check.ts';
import { clockGroup, type Tick } from '../../doctor/clock.ts';
import { folderCheck, ledgerCheck } from '../../doctor/folders.ts';
import { geoBytes, geoChecks } from '../../doctor/geo-files.ts';
import { type MemoryNeeds, machineGroup } from '../../doctor/machine.ts';
import { countsAsText, resultAsText, resultsAsJson } from '../../doctor/result-text.ts';
import { EXIT, FlowbulkError } from '../../errors.ts';
import { parseFormat } from '../../formats/detect.ts';
import { parseIndexName } from '../../formats/index-name.ts';
import { defaultCacheDir } from '../../geo/cache.ts';
import { stateFolder } from '../../job/job.ts';
import { isIntake, parseIntake } from '../../sekoia/target.ts';
import { openSource } from '../../sources/spec.ts';
import { AWS_OPTIONS, SELECTION_OPTIONS, selectionOf, sourceAsked } from '../asked.ts';
import { ACCESS_OPTIONS, deliverySizes } from '../cluster-outlet.ts';
import { paintFor } from '../color.ts';
import { type CommandIo, command } from '../command.ts';
import { workersOf } from '../conversion.ts';
import type { Values } from '../options.ts';

const DOCTOR_OPTIONS = [
  ...SELECTION_OPTIONS,
  'format',
  'linked-accounts',
  ...AWS_OPTIONS,
  'city',
  'asn',
  'ids',
  'body-bytes',
  'inflight-bytes',
  'concurrency',
  ...ACCESS_OPTIONS,
  'flavour',
  'request-timeout',
  'workers',
  'state',
  'json',
] as const;

type DoctorValues = Values<(typeof DOCTOR_OPTIONS)[number]>;

/** A group of checks, and what it holds open. */
interface OpenGroup {
  readonly group: CheckGroup;
  close(): Promise<void>;
}

const closed = (group: CheckGroup): OpenGroup => ({ group, async close() {} });

/** Bodies of a run with these values. Throws E_USAGE. */
const sizesOf = (values: DoctorValues) => deliverySizes({ ...values, maxRate: undefined }, workersOf(values));

/** Compiled tables of City and ASN. */
const CACHE_BYTES = 512 * 2 ** 20;
/** Ledger and dead letters of a large job. */
const STATE_BYTES = 2 ** 30;
const OUTPUT_BYTES = 2 ** 30;

function machine(toCluster: boolean, values: DoctorValues, { env }: CommandIo): CheckGroup {
  const workers = workersOf(values);
  const needs = (): MemoryNeeds => {
    const sizes = toCluster ? sizesOf(values) : null;
    return {
      workers,
      bodyBytes: sizes === null ? 0 : sizes.bodies * workers * sizes.bodyBytes,
      geoBytes: geoBytes({ city: values.city, asn: values.asn }),
    };
  };
  const readings = {
    node: process.versions.node,
    zlib: process.versions.zlib,
    platform: process.platform,
    arch: process.arch,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    limits: cgroupLimits(),
  };
  const state = stateFolder(values.state, env);
  return machineGroup(readings, needs, env, [
    folderCheck({ name: 'state folder', folder: state, enoughBytes: STATE_BYTES, fix: 'give another by --state' }),
    ledgerCheck(state, 'state folder'),
    folderCheck({
      name: 'cache folder',
      folder: defaultCacheDir(),
      enoughBytes: CACHE_BYTES,
      fix: 'set XDG_CACHE_HOME to another',
    }),
    ...geoChecks({ city: values.city, asn: values.asn }, Date.now()),
  ]);
}

async function source(text: string, values: DoctorValues, ticks: Tick[]): Promise<OpenGroup> {
  const spec = sourceAsked(text, values);
  const selection = selectionOf(values, Date.now());
  const format = values.format === undefined ? null : parseFormat(values.format);
  if (spec.kind === 's3') {
    // The SDK is loaded where a bucket is asked for only.
    const { bucketGroup } = await import('../../doctor/bucket.ts');
    return bucketGroup(spec, selection, format, ticks);
  }
  if (spec.kind === 'sqs') {
    const { queueGroup } = await import('../../doctor/queue.ts');
    return closed(queueGroup(spec));
  }
  if (spec.kind === 'cloudwatch') {
    const { logGroupsGroup } = await import('../../doctor/log-group.ts');
    return closed(logGroupsGroup(spec, Date.now()));
  }
  if (spec.kind === 'stdin') {
    const look = () => skipped('it can be read once: only a run can tell');
    return closed({ title: 'Source', exitCode: EXIT.sourceRefused, checks: [{ name: 'standard input', look }] });
  }
  const { filesGroup } = await import('../../doctor/files.ts');
  return closed(filesGroup(spec.root, openSource(spec), selection, format));
}

async function destination(text: string, values: DoctorValues, ticks: Tick[], { env }: CommandIo): Promise<OpenGroup> {
  if (isTarget(text)) {
    const target = parseTarget(text, values.cloudId);
    const { clusterGroup } = await import('../../doctor/cluster.ts');
    const asked = {
      target,
      name: parseIndexName(target.name),
      access: () => clusterAccess({ ...values, requestTimeoutMs: values.requestTimeout }, target.hosts, env),
      flavour: { flavour: values.flavour, sigv4: values.awsSigv4 },
      ids: values.ids,
      bodyBytes: sizesOf(values).bodyBytes,
      state: stateFolder(values.state, env),
      nowMs: Date.now(),
    };
    return clusterGroup(asked, ticks);
  }
  const exitCode = EXIT.sinkRefused;
  if (isIntake(text)) {
    const { text: name } = parseIntake(text);
    const look = () => skipped('an intake takes events and tells nothing else: only a run can tell');
    return closed({ title: `Destination ${name}`, exitCode, checks: [{ name: 'intake', look }] });
  }
  if (text === '-') {
    return closed({
      title: 'Destination',
      exitCode,
      checks: [{ name: 'standard output', look: () => ok('for flowbulk convert') }],
    });
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw new FlowbulkError('E_USAGE', `DESTINATION "${text}" is not known: give https://host:9200/NAME or a folder`);
  }
  const isFolder = /[/\\]$/.test(text) || statSync(text, { throwIfNoEntry: false })?.isDirectory();
  const folder = isFolder ? text : path.dirname(path.resolve(text));
  const fix = 'give another folder, or this user the right to write there';
  const check = folderCheck({ name: 'output folder', folder, enoughBytes: OUTPUT_BYTES, fix, exitCode });
  return closed({ title: `Destination ${text}`, exitCode, checks: [check] });
}

export const doctor = command({
  name: 'doctor',
  summary: 'whether a run would work, and what to do where not',
  usage: ['doctor [SOURCE] [DESTINATION]'],
  examples: [
    ['doctor', 'this machine: Node, cores, memory, folders, engines'],
    ['doctor s3://bucket/prefix/', 'credentials, LIST, a GET, KMS, the format of the first object'],
    ['doctor s3://bucket/prefix/ https://cluster:9200/vpcflow --api-key-file key', 'the cluster, too'],
  ],
  arguments: [
    {
      name: 'SOURCE',
      required: false,
      help: 'a file, a folder, s3://bucket/prefix, sqs://queue or cloudwatch://GROUP',
    },
    { name: 'DESTINATION', required: false, help: 'a cluster or a folder, as for run' },
  ],
  options: DOCTOR_OPTIONS,
  notes: [
    'Nothing is written to the bucket or the cluster. Each check has 10 s. Exit: 0 when nothing failed, else 2 (machine),',
    '4 (source), 5 (destination) or 75 (does not answer): the first of these that is the case.',
  ],

  async run([sourceText, destinationText], values, io) {
    const { stdout, talk, signal } = io;
    const ticks: Tick[] = [];
    const open: OpenGroup[] = [];
    try {
      open.push(closed(machine(destinationText !== undefined && isTarget(destinationText), values, io)));
      if (sourceText !== undefined) open.push(await source(sourceText, values, ticks));
      if (destinationText !== undefined) open.push(await destination(destinationText, values, ticks, io));
      const groups = [...open.map(({ group }) => group), ...(sourceText === undefined ? [] : [clockGroup(ticks)])];
      const paint = paintFor(stdout, io.env, values.noColor);
      let title: string | null = null;
      const results = await runChecks(
        groups,
        (group, result) => {
          if (values.json) return;
          if (group.title !== title) stdout.write(`${title === null ? '' : '\n'}${paint.bold(group.title)}\n`);
          title = group.title;
          stdout.write(resultAsText(result, paint));
        },
        signal,
      );
      if (values.json) stdout.write(`${resultsAsJson(results)}\n`);
      talk.info(countsAsText(results));
      return exitCodeOf(results);
    } finally {
      await Promise.all(open.map((one) => one.close()));
    }
  },
});
