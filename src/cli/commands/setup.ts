/** `flowbulk setup TARGET`: index template and lifecycle of what `flowbulk run` writes to. */

import { consoleRequest } from '../../cluster/console-request.ts';
import { describeCluster } from '../../cluster/flavour.ts';
import { applySetup, type Change, planSetup, type SetupAsked } from '../../cluster/setup-plan.ts';
import { parseTarget } from '../../cluster/target.ts';
import { EXIT, FlowbulkError } from '../../errors.ts';
import { parseIndexName } from '../../formats/index-name.ts';
import { dayRange } from '../asked.ts';
import { ACCESS_OPTIONS, openCluster } from '../cluster-outlet.ts';
import { command } from '../command.ts';
import type { Values } from '../options.ts';

const DONE: Readonly<Record<Change, string>> = {
  create: 'created',
  replace: 'replaced',
  change: 'changed',
  none: 'as it was',
};

function lifecycleAsked(
  { lifecycle: policy, from, to }: Values<'lifecycle' | 'from' | 'to'>,
  nowMs: number,
): SetupAsked['lifecycle'] {
  if (policy !== undefined) return { policy, ...dayRange({ from, to }, nowMs) };
  if (from === undefined && to === undefined) return null;
  throw new FlowbulkError('E_USAGE', '--from and --to say which indices get a date for --lifecycle: give that too');
}

export const setup = command({
  name: 'setup',
  summary: 'the index template and lifecycle for what run writes to',
  usage: ['setup TARGET [--apply]'],
  examples: [
    ['setup https://cluster:9200/vpcflow', 'shows the requests, to paste into a console or to --apply'],
    ['setup https://cluster:9200/vpcflow --lean --apply', 'index only what is searched most'],
    ["setup 'https://cluster:9200/flow-{yyyy.MM}' --lifecycle 1y --from 2025-01-01", 'deleted by the age of records'],
  ],
  arguments: [
    {
      name: 'TARGET',
      required: true,
      help: 'https://host:9200/NAME as for run: a data stream, or a pattern such as vpcflow-{yyyy.MM.dd}',
    },
  ],
  options: [
    'apply',
    'lean',
    'lifecycle',
    'from',
    'to',
    ...ACCESS_OPTIONS,
    'flavour',
    'aws-region',
    'profile',
    'request-timeout',
    'json',
  ],
  notes: [
    'Rights: the cluster privilege manage_index_templates; with --lifecycle also read_ilm, and create_index,',
    'view_index_metadata and manage on the indices.',
  ],

  async run([targetText = ''], values, io) {
    const { talk, signal, stdout } = io;
    const target = parseTarget(targetText, values.cloudId);
    const name = parseIndexName(target.name);
    const nowMs = Date.now();
    const asked = { name, lean: values.lean, lifecycle: lifecycleAsked(values, nowMs) };
    const { api, cluster } = await openCluster(target, values, io);
    try {
      talk.info(`${describeCluster(cluster)} at ${target.hosts.join(', ')}`, { cluster, target });
      const plan = await planSetup(api, cluster, asked, nowMs, signal);
      for (const note of plan.notes) plan.requests.length === 0 ? talk.info(note) : talk.warn(note);
      const say = (text: string) => {
        if (!values.json) stdout.write(text);
      };
      if (values.apply) {
        await applySetup(api, plan, ({ subject, change }) => say(`${subject}: ${DONE[change]}\n`), signal);
      } else {
        say(plan.requests.map(consoleRequest).join('\n'));
      }
      if (values.json) stdout.write(`${JSON.stringify({ cluster, applied: values.apply, ...plan })}\n`);
      const left = plan.requests.filter(({ change }) => change !== 'none').length;
      if (!values.apply) {
        talk.info(left === 0 ? 'nothing to do' : 'nothing was sent: add --apply, or paste this into a console');
      }
      return EXIT.ok;
    } finally {
      await api.close();
    }
  },
});
