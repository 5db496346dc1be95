/**
 * The demo: makes a day of flow logs, converts it with real geo data, and shows a document and the rates.
 * Everything goes to demo-out/ in the checkout; deleting that folder undoes it.
 */

import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const FLOWBULK = path.join(ROOT, 'dist', 'src', 'cli', 'bin.cjs');
const OUT = 'demo-out';
const DATABASES = path.join('node_modules', '@ip-location-db');

/** Runs a command as a person would, after showing it; ends the demo where it fails. */
function flowbulk(...args) {
  process.stdout.write(`\n$ npx flowbulk ${args.map((arg) => (/[\s"]/.test(arg) ? `'${arg}'` : arg)).join(' ')}\n`);
  const { status } = spawnSync(process.execPath, [FLOWBULK, ...args], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** A line from the middle of the first output, whose peer is in the databases. */
function enrichedDocument(folder) {
  const file = readdirSync(folder, { recursive: true }).find((name) => name.endsWith('.ndjson'));
  const descriptor = openSync(path.join(folder, file), 'r');
  const bytes = Buffer.alloc(1 << 20);
  const length = readSync(descriptor, bytes, 0, bytes.length, 0);
  closeSync(descriptor);
  const documents = bytes
    .toString('utf8', 0, length)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  return documents.find((one) => one.source?.as ?? one.destination?.as) ?? documents[0];
}

rmSync(path.join(ROOT, OUT), { recursive: true, force: true });
flowbulk('generate', `${OUT}/logs`, '--records', '300000', '--files', '24', '--layout', 'v5', '--quiet');
flowbulk(
  'convert',
  `${OUT}/logs`,
  `${OUT}/documents/`,
  '--city',
  path.join(DATABASES, 'geo-whois-asn-country-mmdb', 'geo-whois-asn-country.mmdb'),
  '--asn',
  path.join(DATABASES, 'asn'),
);
process.stdout.write(`
One of the documents:
${JSON.stringify(enrichedDocument(path.join(ROOT, OUT, 'documents')), null, 2)}

Geo data: geo-whois-asn-country (NRO) and asn (RouteViews, NRO, DB-IP) of ip-location-db, CC BY 4.0.

To try next:
  npx flowbulk convert ${OUT}/logs - --as bulk --quiet | head -2     action lines and documents, ready for _bulk
  npx flowbulk convert s3://YOUR-BUCKET/PREFIX out/ --from 2025-01-01
  npx flowbulk bench kernel                                        how fast this machine is
  npx flowbulk help
`);
