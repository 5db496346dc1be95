/** `flowbulk doctor` as a child process, its results by name. */

import { flowbulk } from '../run/program.ts';

/** A line of `--json`. */
export interface DoctorLine {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly found: string;
  readonly fix: string | null;
}

/** What came of it. */
export interface Doctored {
  readonly code: number | null;
  readonly text: string;
  /** Throws where there was no such check. */
  line(check: string): DoctorLine;
  /** Names of the checks with this status. */
  named(status: DoctorLine['status']): string[];
}

/** Runs it with `--json` in `folder`. */
export async function doctor(
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Doctored> {
  const { code, stdout, stderr } = await flowbulk(folder, ['doctor', ...args, '--json'], undefined, variables);
  if (stdout === '') throw new Error(`doctor said nothing: ${stderr}`);
  const lines = JSON.parse(stdout) as DoctorLine[];
  return {
    code,
    text: stdout + stderr,
    line(check) {
      const found = lines.find((one) => one.check === check);
      if (found === undefined) throw new Error(`no check ${check} in ${lines.map((one) => one.check).join(', ')}`);
      return found;
    },
    named: (status) => lines.filter((one) => one.status === status).map((one) => one.check),
  };
}
