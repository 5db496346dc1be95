#!/usr/bin/env node
// The program's entry. CommonJS, since Node's loader of ES modules starts the thread pool on Node 20: it is in that pool
// that node:zlib inflates for all workers, and its size can only be said before.
const os = require('node:os') as typeof import('node:os');

process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, os.availableParallelism()));
void import('./start.ts');
