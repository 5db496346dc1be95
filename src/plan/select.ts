/** Which keys a selection takes. */
import picomatch from 'picomatch';
import { FlowbulkError } from '../errors.ts';
import type { Selection } from '../sources/source.ts';
import { type KeyFacts, parseKey } from './keys.ts';

/** Says whether a selection takes a key. */
export type KeyTest = (key: string) => boolean;

/**
 * Compiles a selection to a test over keys. A key that does not say its day, account or region is not taken where the
 * selection asks for one. A glob without `/` is matched with the last part of the key, others with the whole key.
 * Throws E_USAGE for a glob that cannot be read.
 */
export function selector(selection: Selection): KeyTest {
  const { fromDay = Number.NEGATIVE_INFINITY, toDay = Number.POSITIVE_INFINITY, accounts, regions } = selection;
  const byDay = selection.fromDay !== undefined || selection.toDay !== undefined;
  const byFacts = (facts: KeyFacts): boolean =>
    (!byDay || (facts.day !== null && facts.day >= fromDay && facts.day <= toDay)) &&
    (accounts === undefined || (facts.account !== null && accounts.includes(facts.account))) &&
    (regions === undefined || (facts.region !== null && regions.includes(facts.region)));
  const tests: KeyTest[] = [];
  if (byDay || accounts !== undefined || regions !== undefined) {
    tests.push((key) => byFacts(parseKey(key)));
  }
  if (selection.include !== undefined && selection.include.length > 0) {
    tests.push(anyGlob(selection.include, '--include'));
  }
  if (selection.exclude !== undefined && selection.exclude.length > 0) {
    const excluded = anyGlob(selection.exclude, '--exclude');
    tests.push((key) => !excluded(key));
  }
  return (key) => tests.every((test) => test(key));
}

function anyGlob(globs: readonly string[], option: string): KeyTest {
  const tests = globs.map((glob) => {
    if (glob === '') {
      throw new FlowbulkError('E_USAGE', `${option} is empty: give a glob such as "*.log.gz"`);
    }
    try {
      // `dot`: a key has no hidden parts. `basename` holds for globs without a slash only.
      return picomatch(glob, { dot: true, basename: !glob.includes('/'), strictSlashes: true });
    } catch (cause) {
      throw new FlowbulkError('E_USAGE', `${option} "${glob}" is no glob: give one such as "*.log.gz"`, { cause });
    }
  });
  return (key) => tests.some((test) => test(key));
}
