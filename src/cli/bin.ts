#!/usr/bin/env node
import { main } from './main.ts';
import { listenForStop } from './signals.ts';

const stop = listenForStop();
const { stdin, stdout, stderr, env } = process;
const code = await main(process.argv.slice(2), { stdin, stdout, stderr, env, signal: stop.signal });
// Both streams are emptied first: process.exit() would cut what a pipe has not taken yet.
await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))));
process.exit(stop.exitCode() ?? code);
