/** The program: streams, signals, exit code. */

import { main } from './main.ts';
import { listenForStop } from './signals.ts';

const stop = listenForStop();
const { stdout, stderr, env } = process;
// Stdin only when it is asked for: the getter makes it non-blocking, and usually it is read by a worker.
const stdin = () => process.stdin;
const code = await main(process.argv.slice(2), { stdout, stderr, env, signal: stop.signal, stdin });
// Both streams are emptied first: process.exit() would cut what a pipe has not taken yet.
await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))));
process.exit(stop.exitCode() ?? code);
