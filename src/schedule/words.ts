/** The words of the command that is scheduled, with the paths among them: those are others on each kind of machine. */

/** What a path is for. */
export type PathUse = 'secret' | 'read' | 'written';

/** A word, or one that holds paths: `--city=a.mmdb,b.mmdb` has the option `city`, the start `--city=` and two paths. */
export type Word =
  | { readonly kind: 'plain'; readonly text: string }
  | {
      readonly kind: 'paths';
      /** The option, or the argument as the usage line names it. */
      readonly option: string;
      readonly start: string;
      readonly paths: readonly string[];
      readonly use: PathUse;
    };

/** A path among the words. */
export interface UsedPath {
  readonly option: string;
  readonly path: string;
  readonly use: PathUse;
}

/** How the text after an option is to be taken; undefined where there is no such option. */
export type Takes = 'nothing' | 'value' | 'path' | 'paths';

const SECRET_OPTIONS: ReadonlySet<string> = new Set(['api-key-file', 'password-file', 'ca', 'cert', 'key']);
const WRITTEN_OPTIONS: ReadonlySet<string> = new Set(['state', 'dead-letters', 'metrics-file', 'out', 'html']);
const WRITTEN_ARGUMENTS: ReadonlySet<string> = new Set(['DESTINATION']);
const PATH_ARGUMENTS: ReadonlySet<string> = new Set(['SOURCE', 'DESTINATION']);

const plain = (text: string): Word => ({ kind: 'plain', text });

/** True for what lies on a disk of this machine: no URL, and not a standard stream. */
function isLocal(text: string): boolean {
  return text !== '-' && !text.includes('://');
}

function optionWord(option: string, takes: Takes, start: string, text: string): Word {
  if (takes !== 'path' && takes !== 'paths') return plain(`${start}${text}`);
  const paths = takes === 'path' ? [text] : text.split(',').filter((one) => one.trim() !== '');
  const use = SECRET_OPTIONS.has(option) ? 'secret' : WRITTEN_OPTIONS.has(option) ? 'written' : 'read';
  return { kind: 'paths', option, start, paths, use };
}

function argumentWord(name: string | undefined, text: string): Word {
  if (name === undefined || !PATH_ARGUMENTS.has(name) || !isLocal(text)) return plain(text);
  return {
    kind: 'paths',
    option: name,
    start: '',
    paths: [text],
    use: WRITTEN_ARGUMENTS.has(name) ? 'written' : 'read',
  };
}

/**
 * Finds the paths in the arguments of a command, which its parser has accepted before. `argumentNames` are those of
 * its positional arguments.
 */
export function splitWords(
  argv: readonly string[],
  argumentNames: readonly string[],
  takes: (option: string) => Takes | undefined,
): readonly Word[] {
  const words: Word[] = [];
  let position = 0;
  let optionsEnded = false;
  for (let at = 0; at < argv.length; at++) {
    const text = argv[at]!;
    const match = optionsEnded ? null : /^--([a-z][a-z0-9-]*)(=?)/.exec(text);
    const option = match?.[1] ?? '';
    const kind = match === null ? undefined : takes(option);
    if (text === '--' && !optionsEnded) {
      optionsEnded = true;
      words.push(plain(text));
    } else if (kind === undefined) {
      words.push(argumentWord(argumentNames[position++], text));
    } else if (match?.[2] === '=') {
      words.push(optionWord(option, kind, match[0], text.slice(match[0].length)));
    } else {
      words.push(plain(text));
      if (kind !== 'nothing') words.push(optionWord(option, kind, '', argv[++at] ?? ''));
    }
  }
  return words;
}

/** The words as texts again, each path where `place` puts it. */
export function placeWords(words: readonly Word[], place: (path: UsedPath) => string): readonly string[] {
  return words.map((word) => {
    if (word.kind === 'plain') return word.text;
    const { option, use } = word;
    return word.start + word.paths.map((path) => place({ option, path, use })).join(',');
  });
}

/** All paths, in the order of the words. */
export function pathsOf(words: readonly Word[]): readonly UsedPath[] {
  return words.flatMap((word) =>
    word.kind === 'plain' ? [] : word.paths.map((path) => ({ option: word.option, path, use: word.use })),
  );
}
