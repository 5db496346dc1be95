/** A schedule as line of a crontab. */

import path from 'node:path';
import { ENVIRONMENT_FILE, type Schedule } from './schedule.ts';
import { crontabCommand, oneLine, shellWord } from './shell.ts';
import { placeWords } from './words.ts';

/** Debian's cron takes no longer command. */
export const CRON_COMMAND_CHARACTERS = 998;

/** The command field. */
export function cronCommand({ words, program }: Schedule): string {
  const argv = [...program, ...placeWords(words, (used) => path.resolve(used.path))];
  const variables = `set -a; [ ! -f ${ENVIRONMENT_FILE} ] || . ${ENVIRONMENT_FILE}; set +a`;
  // cron knows nothing of exit codes: without exec a shell would only wait beside the program.
  return crontabCommand(oneLine(`${variables}; exec ${argv.map(shellWord).join(' ')}`));
}

/** The lines to put into a crontab. */
export function asCrontab(schedule: Schedule): string {
  return `# crontab -e, as the user that is to run it; ${schedule.when.text}
# Variables and secrets: ${ENVIRONMENT_FILE}, readable by that user only, lines such as FLOWBULK_API_KEY=...
# cron mails what is printed: with --quiet in the command those are errors only. It looks at no exit code, and makes
# up for no run that was missed.
# cronie obeys CRON_TZ; Debian's cron does not, and takes the hours for those of the machine's time zone.
CRON_TZ=UTC
${schedule.when.cron} ${cronCommand(schedule)}
`;
}
