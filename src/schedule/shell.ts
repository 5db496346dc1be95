/** Words for a POSIX shell, and for a line of a crontab. */

/** A word as `sh` reads it: bare where that is safe, else in single quotes. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A shell command on one line. Single quotes may hold a newline, a crontab may not: such a command is spelled with
 * printf(1), whose `\n` is one, and read again by eval.
 */
export function oneLine(command: string): string {
  if (!/[\n\r]/.test(command)) return command;
  const format = command.replaceAll('\\', '\\\\').replaceAll('%', '%%').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  return `eval "$(printf ${shellWord(format)})"`;
}

/**
 * A command of `shellWord`s for crontab(5), where `%` ends it unless a backslash stands before it. All `%` lie within
 * single quotes; each is put outside of them, since cron would take `\\%` for a backslash and an end.
 */
export function crontabCommand(command: string): string {
  return command.replaceAll('%', "'\\%'");
}
