/** Every bench runs on a tiny set, proves its outputs equal and prints its rows. Nothing is said about how fast. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { loadZlibSync } from '../../src/inflate/engine.ts';
import { run } from '../cli/run.ts';
import { tempFolder } from '../sources/temp-folder.ts';
