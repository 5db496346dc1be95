/** Stops that come before there is anything to stop. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { FlowbulkError } from '../../src/errors.ts';
import { DEFAULT_DOCUMENTS } from '../../src/formats/document.ts';
import { geoImage } from '../../src/geo/build.ts';
import { startRun } from '../../src/run/run.ts';
import { openDestination } from '../../src/sinks/destination.ts';
import { openSource } from '../../src/sources/spec.ts';
import { temporaryFolder } from './program.ts';
import { logText } from './records.ts';

const folder = temporaryFolder();
const stopped = AbortSignal.abort(new FlowbulkError('E_STOPPED', 'stopped before it began'));

test('workers that do not listen yet when the run stops convert nothing', async () => {
  const root = path.join(folder, 'in');
  mkdirSync(root);
  writeFileSync(path.join(root, 'a.log'), logText(1000));
  const spec = { kind: 'files', root } as const;
  const run = startRun(
    {
      run: 'stopped',
      source: spec,
      bucketRegion: null,
      // The listing itself is not stopped: what is handed out must be refused by the worker.
      listed: openSource(spec).list({}, new AbortController().signal),
      sink: openDestination(`${folder}/out/`, { gzip: false, partBytes: null, run: 'stopped' }).spec,
      options: { ...DEFAULT_DOCUMENTS, ids: 'none' },
      format: null,
      limits: {},
      geo: await geoImage({ city: [], asn: [] }),
      workers: 1,
      deadLetterPath: path.join(folder, 'dead.ndjson'),
    },
    stopped,
  );
  await assert.rejects(run.done, /stopped before it began/);
  assert.equal(run.summary().objectsDone, 0);
});

test('compiling geo tables ends with the stop', async () => {
  const asn = path.join(folder, 'asn.csv');
  writeFileSync(asn, '1.0.0.0,1.0.0.255,64496,Example\n');
  const stop = new AbortController();
  const compiling = geoImage(
    { city: [], asn: [asn] },
    { cacheDir: path.join(folder, 'cache'), signal: stop.signal, onCompile: () => stop.abort(stopped.reason) },
  );
  await assert.rejects(compiling, /stopped before it began/);
});
