/** `flowbulk topology SOURCE [DESTINATION]`: who talks to whom. */

import { randomUUID } from 'node:crypto';
import { EXIT } from '../../errors.ts';
import { openSource, type SourceSpec, withRegion } from '../../sources/spec.ts';
import { elementsOf } from '../../topology/elements.ts';
import { writeMap } from '../../topology/map-file.ts';
import { MAP_FORMS } from '../../topology/map-forms.ts';
import { mapText } from '../../topology/map-text.ts';
import { roundText } from '../../topology/round-text.ts';
import { listSince, summaryOf } from '../../topology/rounds.ts';
import { awsOptions } from '../asked.ts';
import { type CommandIo, command } from '../command.ts';
import {
  type MapOutlet,
  sourceText,
  TOPOLOGY_OPTIONS,
  type TopologyValues,
  topologyAsked,
  topologySelection,
  topologySource,
} from '../topology-asked.ts';
import { interfacesFor, mapOfListed, mapPlanOf, mapWatched, troubleTeller } from '../topology-map.ts';
import { exitCodeOf, sendRounds } from '../topology-rounds.ts';

/** Writes the map of SOURCE and gives the exit code. */
async function writeOnce(
  text: string,
  spec: SourceSpec,
  { form, destination }: Extract<MapOutlet, { kind: 'text' }>,
  values: TopologyValues,
  io: CommandIo,
): Promise<number> {
  const { talk, signal, stdout } = io;
  const run = randomUUID().slice(0, 8);
  const source = openSource(spec);
  try {
    const region = await source.bucketRegion(signal);
    const listed = await listSince(source, topologySelection(spec.kind, values, Date.now()), signal);
    if (listed.length === 0) talk.warn(`nothing to read in ${text}`);
    if (listed.length === 0 && values.errorOnEmpty) return EXIT.nothingToDo;
    const interfaces = await interfacesFor(listed, values, signal);
    const plan = mapPlanOf(withRegion(spec, region), values, run, values.deadLetters);
    const map = await mapWatched({ ...plan, listed, interfaces }, io);
    const of = await mapOfListed(listed, interfaces, values, signal);
    const content = {
      connections: map.connections,
      elementsOf: (connection: Parameters<typeof elementsOf>[0]) => elementsOf(connection, of),
      account: of.account,
    };
    writeMap(destination, mapText(form, content), { gzip: values.compress === 'gzip', run });
    const tellTrouble = troubleTeller(io);
    for (const object of map.objects) if (object.outcome !== 'done') tellTrouble(object);
    const summary = summaryOf(map);
    talk.event('map', `flowbulk: ${roundText(summary)}\n`, { ...summary });
    if (values.json) stdout.write(`${JSON.stringify({ v: 1, ...summary })}\n`);
    return exitCodeOf(summary);
  } finally {
    await source.close();
  }
}

export const topology = command({
  name: 'topology',
  summary: 'who talks to whom: a map of connections, for StackState or to look at',
  usage: ['topology [SOURCE] [DESTINATION]'],
  examples: [
    ['topology s3://bucket/prefix/ stackstate://host:7077 --api-key-file key', 'components, relations and gauges'],
    ['topology stackstate://host:7077 --role-arn ARN --follow --delete-after-success --yes', 'as its agent did'],
    ['topology logs/ --interfaces interfaces.json --as dot | dot -Tsvg > map.svg', 'a drawing'],
  ],
  arguments: [
    {
      name: 'SOURCE',
      required: false,
      help: "s3://bucket/prefix, a folder, a file, -; s3:// is the account's own bucket",
    },
    { name: 'DESTINATION', required: false, help: 'stackstate://host:7077, or stackstate://host/receiver; else --out' },
  ],
  options: TOPOLOGY_OPTIONS,
  choices: { as: MAP_FORMS },
  notes: ['Rights: s3:ListBucket, s3:GetObject, ec2:DescribeNetworkInterfaces; see docs/stackstate.md.'],

  async run(args, values, io) {
    const asked = topologyAsked(args, values);
    const text = await sourceText(asked, values, awsOptions(values), io.signal);
    const spec = topologySource(text, values);
    const { outlet } = asked;
    return outlet.kind === 'receiver'
      ? sendRounds(text, spec, outlet, values, io)
      : writeOnce(text, spec, outlet, values, io);
  },
});
