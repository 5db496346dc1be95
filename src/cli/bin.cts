#!/usr/bin/env node
// The program's entry. CommonJS, since Node's loader of ES modules starts the thread pool on Node 20: it is in that pool
// that node:zlib inflates for all workers, and its size can only be said before.
const os = require('node:os') as typeof import('node:os');
const v8 = require('node:v8') as typeof import('node:v8');

// Bodies lie outside V8's heap but count towards it: at its usual pace it would mark the whole heap every 75,000 documents
// of a worker, a sixth of the time of a load. Said here, since a worker takes it over when it is born.
v8.setFlagsFromString('--heap-growing-percent=300');
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, os.availableParallelism()));
void import('./start.ts');
