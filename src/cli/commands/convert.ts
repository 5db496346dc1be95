/** `flowbulk convert SOURCE [DESTINATION]`: flow logs to documents, without state. */

import { FlowbulkError } from '../../errors.ts';
import type { DocumentOptions } from '../../formats/document.ts';
import { openDestination } from '../../sinks/destination.ts';
import { sourceAsked } from '../asked.ts';
import { command } from '../command.ts';
import { CONVERSION_OPTIONS, checkJson, convertInto, documentOptionsOf } from '../conversion.ts';

/** A part must hold the largest document there can be. */
const MIN_PART_BYTES = 1 << 20;
const BULK_PART_BYTES = 10 << 20;
const BODY_BYTES = 2 << 20;
const BODIES = 3;

function partBytesOf(asked: number | undefined, as: DocumentOptions['as']): number | null {
  if (asked !== undefined && asked < MIN_PART_BYTES) {
    throw new FlowbulkError('E_USAGE', `--part-bytes takes at least 1MiB, not ${asked} bytes`);
  }
  return asked ?? (as === 'bulk' ? BULK_PART_BYTES : null);
}

/** The forms of documents. */
const FORMS = ['documents', 'bulk'] as const satisfies readonly DocumentOptions['as'][];

export const convert = command({
  name: 'convert',
  summary: 'flow logs to ECS documents: NDJSON, or bodies for _bulk',
  usage: ['convert SOURCE [DESTINATION]'],
  examples: [
    ['convert flow.log.gz | head', 'one file, to standard output'],
    ['convert logs/ out/ --city city.mmdb --asn asn.mmdb', 'a folder, enriched, a file of documents for each log'],
    ['convert s3://bucket/prefix out/ --from 2025-01-01 --to 2025-01-31', 'a month of a bucket'],
    ['convert - --format v2 < lines.txt', 'lines without header, from standard input'],
  ],
  arguments: [
    { name: 'SOURCE', required: true, help: 'a file, a folder, - or s3://bucket/prefix' },
    { name: 'DESTINATION', required: false, help: 'a file, a folder (ends in / or exists) or - (the default)' },
  ],
  options: [...CONVERSION_OPTIONS, 'as', 'part-bytes', 'dead-letters'],
  choices: { as: FORMS },

  async run([sourceText = '', destinationText = '-'], values, io) {
    const as = (values.as ?? 'documents') as (typeof FORMS)[number];
    const options = documentOptionsOf(values, { as, op: 'create', index: null });
    const partBytes = partBytesOf(values.partBytes, as);
    checkJson(values.json, destinationText);
    const spec = sourceAsked(sourceText, values);
    if (spec.kind === 'sqs') {
      const why = 'a message is deleted when its documents are safe, which outputs of convert are at its end only';
      throw new FlowbulkError('E_USAGE', `${sourceText} is a queue, and ${why}: use flowbulk run, into a folder, too`);
    }
    return convertInto({ text: sourceText, spec }, values, options, io, async (run) => {
      const gzip = values.compress === 'gzip';
      const destination = openDestination(destinationText, { gzip, partBytes, run });
      return {
        sink: destination.spec,
        deadLetterPath: values.deadLetters,
        bodies: { bodyBytes: Math.min(BODY_BYTES, partBytes ?? BODY_BYTES), bodies: BODIES },
        commit: () => destination.commit(),
        rollBack: () => destination.rollBack(),
        async close() {},
      };
    });
  },
});
