/** The program: streams, signals, exit code. */

import { main } from './main.ts';
import { listenForStop } from './signals.ts';

const stop = listenForStop();
// Not stdin: the getter would make it non-blocking, and it is read by a worker.
const { stdout, stderr, env } = process;
const code = await main(process.argv.slice(2), { stdout, stderr, env, signal: stop.signal });
// Both streams are emptied first: process.exit() would cut what a pipe has not taken yet.
await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))));
process.exit(stop.exitCode() ?? code);
