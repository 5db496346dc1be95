/** SOURCE that is a file or a folder. */

import { stat } from 'node:fs/promises';
import { EXIT } from '../errors.ts';
import type { Columns } from '../formats/header.ts';
import type { Selection, Source } from '../sources/source.ts';
import { type CheckGroup, fail, ok } from './check.ts';
import { objectChecks } from './first-lines.ts';

/** Checks of a path. */
export function filesGroup(root: string, source: Source, selection: Selection, format: Columns | null): CheckGroup {
  const nothing = () => ({
    found: `nothing to read in ${root}`,
    fix: 'files that are read end in .gz, .log or .txt, or are named as AWS names flow logs: give such a folder',
  });
  return {
    title: `Source ${root}`,
    exitCode: EXIT.sourceRefused,
    checks: [
      {
        name: 'path',
        async look() {
          try {
            const found = await stat(root);
            return ok(found.isDirectory() ? 'a folder' : found.isFile() ? 'a file' : 'a pipe or device');
          } catch (error) {
            const { code } = error as NodeJS.ErrnoException;
            return fail(
              `${root} cannot be looked at (${code})`,
              'look at the path, and at the rights of the folders above it',
            );
          }
        },
      },
      ...objectChecks({ source, selection, format, needs: 'path', nothing }),
    ],
  };
}
