/** `flowbulk generate FOLDER`: synthetic flow logs with AWS's key layout. */

import { EXIT } from '../../errors.ts';
import { columnsOf } from '../../generate/columns.ts';
import { generateLogs } from '../../generate/generate.ts';
import { formatDay } from '../../plan/dates.ts';
import { formatBytes, formatCount, formatSeconds } from '../../progress/numbers.ts';
import { dayRange } from '../asked.ts';
import { command } from '../command.ts';

/** A fixed day: what is generated must not depend on when. */
const DEFAULT_DAY = Date.UTC(2025, 0, 1) / 86_400_000;

export const generate = command({
  name: 'generate',
  summary: 'make synthetic flow logs with the key layout of AWS',
  usage: ['generate FOLDER'],
  examples: [
    ['generate logs', '100,000 records of the default format in 10 objects'],
    ['generate logs --records 2M --files 20 --layout v5', 'more of them, 29 fields each'],
    ['generate logs --layout "srcaddr dstaddr bytes action"', 'fields of your own'],
    ['generate logs --from 2025-01-01 --to 2025-01-31 --files 310', 'a month'],
    ['generate logs --addresses uniform --seed 7', 'public peers that never come back'],
  ],
  arguments: [
    { name: 'FOLDER', required: true, help: 'where AWSLogs/ACCOUNT/vpcflowlogs/… is made; there may be files already' },
  ],
  options: ['records', 'files', 'layout', 'addresses', 'seed', 'from', 'to', 'json'],
  notes: [
    'Without --from all records are of 2025-01-01; without --to of the day of --from.',
    'The same options and the same Node give the same bytes. Shares: 1 % of lines without data, 5 % IPv6,',
    '45 % with a public peer (Zipf over 60,000), 11 % rejected, four of five accepted requests answered.',
  ],

  async run([folder = ''], values, { stdout, talk, signal }) {
    const asked = dayRange({ from: values.from, to: values.to }, 0);
    const fromDay = asked.fromDay ?? asked.toDay ?? DEFAULT_DAY;
    const toDay = asked.toDay ?? fromDay;
    const { records, files: objects, seed, addresses } = values;
    const columns = columnsOf(values.layout);
    const beganMs = performance.now();
    let saidMs = beganMs;
    const made = await generateLogs(
      { folder, columns, records, objects, seed, addresses, fromDay, toDay },
      signal,
      (total) => {
        if (performance.now() - saidMs < 10_000) return;
        saidMs = performance.now();
        talk.info(`${formatCount(total.records)} of ${formatCount(records)} records`, { ...total });
      },
    );
    const wallSeconds = (performance.now() - beganMs) / 1000;
    const facts = { ...made, layout: values.layout, fields: columns.length, wallSeconds, folder };
    if (values.json) stdout.write(`${JSON.stringify(facts)}\n`);
    const days = fromDay === toDay ? formatDay(fromDay) : `${formatDay(fromDay)} to ${formatDay(toDay)}`;
    const bytesPerRecord = made.records === 0 ? 0 : made.bytesPlain / made.records;
    talk.event(
      'summary',
      `${formatCount(made.records)} records of ${columns.length} fields in ${formatCount(made.objects)} objects, ${days}, in ${folder}
${formatBytes(made.bytesPlain)} of lines (${bytesPerRecord.toFixed(1)} bytes a record), ${formatBytes(made.bytesCompressed)} compressed
${formatSeconds(wallSeconds)}, ${formatCount(Math.round(made.records / Math.max(wallSeconds, 1e-3)))} records/s
`,
      facts,
    );
    return EXIT.ok;
  },
});
