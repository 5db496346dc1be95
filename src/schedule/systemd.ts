/** A schedule as systemd service and timer. */

import path from 'node:path';
import { EXIT } from '../errors.ts';
import { ENVIRONMENT_FILE, FINAL_EXITS, GOOD_EXITS, type Schedule } from './schedule.ts';
import { pathsOf, placeWords } from './words.ts';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/**
 * A word of ExecStart= (systemd.service(5), "Command lines"; systemd.syntax(7), "Quoting"): `%` begins a specifier,
 * `$` a variable, and both stand for themselves when doubled.
 */
function systemdWord(text: string): string {
  if (/^[A-Za-z0-9_@+=:,./-]+$/.test(text)) return text;
  const escaped = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
    .replaceAll(/[\\"\x01-\x1f\x7f]/g, (c) => ESCAPES[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$');
  return `"${escaped}"`;
}

/** A path in a setting that takes one path, to the end of its line. */
const systemdPath = (text: string) => text.replaceAll('%', '%%');

/** systemd counts every start, those of the timer too, and starts no more beyond the limit. */
const START_LIMIT_HOURS = 6;
const MOST_RESTARTS = 5;

/** Where a credential lies while the service runs; the variable must not be escaped. */
const credential = (option: string) => `\${CREDENTIALS_DIRECTORY}/${option}`;

/** ExecStart=, an option a line. */
function execStart({ words, program }: Schedule): string {
  const placed = words.flatMap((word) => {
    if (word.kind === 'paths' && word.use === 'secret') {
      return word.start === '' ? credential(word.option) : `"${word.start}${credential(word.option)}"`;
    }
    return placeWords([word], (used) => path.resolve(used.path)).map(systemdWord);
  });
  const lines = [program.map(systemdWord).join(' ')];
  for (const [at, text] of placed.entries()) {
    const isValue = at > 0 && /^--[a-z-]+$/.test(placed[at - 1]!) && !/^"?--/.test(text);
    if (isValue) lines[lines.length - 1] += ` ${text}`;
    else lines.push(text);
  }
  return `ExecStart=${lines.join(' \\\n  ')}`;
}

/** LoadCredential= for each secret file, so that root may own it; the last one counts where one is given twice. */
function credentials({ words }: Schedule): string[] {
  const secrets = new Map<string, string>();
  for (const { option, path: file, use } of pathsOf(words)) {
    if (use === 'secret') secrets.set(option, systemdPath(path.resolve(file)));
  }
  return [...secrets].map(([option, file]) => `LoadCredential=${option}:${file}`);
}

/** ReadWritePaths= for what is written outside of the state folder. */
function writable({ words }: Schedule): string[] {
  const files = pathsOf(words).filter(({ use }) => use === 'written');
  // Of a file its folder: it is renamed into place there. A folder that is missing is no reason not to start (`-`).
  const folders = files.map(({ option, path: file }) =>
    option === 'state' || file.endsWith('/') ? path.resolve(file) : path.dirname(path.resolve(file)),
  );
  return [...new Set(folders)].map((folder) => `ReadWritePaths=${systemdWord(`-${folder}`)}`);
}

/** The unit that runs the command. */
export function asService(schedule: Schedule): string {
  const { name, needs, when } = schedule;
  return `# /etc/systemd/system/${name}.service
# Once: useradd --system --user-group --home-dir /var/lib/flowbulk --shell /usr/sbin/nologin flowbulk
# Variables and secrets: ${ENVIRONMENT_FILE}, mode 0600, owned by root, lines such as FLOWBULK_API_KEY=...
[Unit]
Description=flowbulk, ${when.text}
Wants=network-online.target
After=network-online.target
# The runs of six hours, and five that are tried again.
StartLimitIntervalSec=${START_LIMIT_HOURS}h
StartLimitBurst=${Math.ceil((when.runsADay * START_LIMIT_HOURS) / 24) + MOST_RESTARTS}

[Service]
# Not oneshot, for which systemd allows no RestartForceExitStatus.
Type=exec
User=flowbulk
Group=flowbulk
EnvironmentFile=-${ENVIRONMENT_FILE}
Environment=XDG_STATE_HOME=/var/lib XDG_CACHE_HOME=/var/cache
StateDirectory=flowbulk
StateDirectoryMode=0700
CacheDirectory=flowbulk
WorkingDirectory=/var/lib/flowbulk
${[...credentials(schedule), execStart(schedule)].join('\n')}
# Stopped at a limit, locked by another run of the job, stopped by systemctl: no failures.
SuccessExitStatus=${[...GOOD_EXITS, EXIT.terminated].join(' ')}
# ${EXIT.tryAgain} means "try again"; a run that was killed goes on, too. Nothing else gets better by itself.
Restart=on-failure
RestartForceExitStatus=${EXIT.tryAgain}
RestartPreventExitStatus=${FINAL_EXITS.join(' ')}
RestartSec=5min
# More than the drain takes: objects under way are finished, settings of indices put back.
TimeoutStopSec=${needs.stopSeconds}
KillMode=mixed
MemoryMax=${needs.memoryLimitMiB}M
Nice=10
NoNewPrivileges=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=read-only
${writable(schedule)
  .map((line) => `${line}\n`)
  .join('')}`;
}

/** The unit that starts it. */
export function asTimer({ name, when }: Schedule): string {
  return `# /etc/systemd/system/${name}.timer
# Then: systemctl daemon-reload && systemctl enable --now ${name}.timer
[Unit]
Description=flowbulk, ${when.text}

[Timer]
OnCalendar=${when.systemd}
RandomizedDelaySec=${when.delaySeconds}
AccuracySec=1min
# A run that was missed while the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
`;
}

/** Both units. */
export function asSystemd(schedule: Schedule): string {
  return `${asService(schedule)}\n${asTimer(schedule)}`;
}
