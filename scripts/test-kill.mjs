/**
 * Rounds of kills at random moments: see the files kill.test.ts in test/e2e.
 *
 *   node scripts/test-kill.mjs [--rounds N]
 */

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'test.mjs');
const { status } = spawnSync(process.execPath, [script, '--e2e', '/kill.test'], {
  env: { ...process.env, FLOWBULK_KILL_ROUNDS: values.rounds },
  stdio: 'inherit',
});
process.exit(status ?? 1);
