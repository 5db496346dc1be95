/** A schedule with everything that is hard to write down, for tests of the forms. */

import { type Schedule, scheduleName } from '../../src/schedule/schedule.ts';
import { splitWords, type Takes } from '../../src/schedule/words.ts';

/** Words that every form has to quote in its own way. */
export const NASTY: readonly string[] = [
  'it\'s "both"',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a word for shells
  '$HOME $$ ${HOME} $(id) `id`',
  '%h %% 100%',
  'odd\\%even\\\\%',
  'a\\b\\\\c\\n',
  ' two  blanks ',
  'a\ttab',
  'line\nof two\n',
  '#x',
  ';',
  '*?[a-z]~',
  '{yyyy.MM}',
  '!bang & | < >',
  'ü日本🎉',
  'del\x7fc1\x85',
  '-',
];

const TAKES: Readonly<Record<string, Takes>> = {
  field: 'value',
  quiet: 'nothing',
  since: 'value',
  city: 'paths',
  asn: 'paths',
  ca: 'path',
  state: 'path',
  'api-key-file': 'path',
  'metrics-file': 'path',
};

/** The takes of the sample's command. */
export const takes = (option: string): Takes | undefined => TAKES[option];

/** A schedule of `run` into a cluster with these words at its end. */
export function sample(words: readonly string[], over: Partial<Schedule> = {}): Schedule {
  const argv = ['s3://bucket/', 'https://cluster:9200/vpcflow-{yyyy.MM}', ...words];
  return {
    name: scheduleName(argv[1]),
    when: {
      text: 'every day at 02:30 UTC',
      cron: '30 2 * * *',
      systemd: '*-*-* 02:30:00 UTC',
      eventBridge: 'cron(30 2 * * ? *)',
      delaySeconds: 600,
      runsADay: 1,
    },
    words: [{ kind: 'plain', text: 'run' }, ...splitWords(argv, ['SOURCE', 'DESTINATION'], takes)],
    program: ['/usr/bin/node', '/opt/flowbulk/bin.cjs'],
    image: 'flowbulk:1.2.3',
    needs: { memoryMiB: 576, memoryLimitMiB: 1000, stopSeconds: 60 },
    metricsPort: null,
    ...over,
  };
}

/** What the program must get of `sample(words)`, where no path is among the words. */
export function expected(words: readonly string[]): readonly string[] {
  return ['run', 's3://bucket/', 'https://cluster:9200/vpcflow-{yyyy.MM}', ...words];
}

/** Each nasty word as the value of an option. */
export const NASTY_FIELDS: readonly string[] = NASTY.flatMap((word) => ['--field', word]);
