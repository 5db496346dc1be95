/** Licence texts that lie beside a database: who ships results made with it owes the attribution. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A text found beside a database. */
export interface LicenceText {
  readonly file: string;
  readonly text: string;
}

const LICENCE_NAME = /licen[cs]e|copying|copyright|modifications|attribution/i;
const README_NAME = /^readme(\.\w+)?$/i;
const README_LINE = /licen[cs]e|attribution|copyright|creative commons/i;
const MAX_CHARACTERS = 4000;

/**
 * The licence files in the folder of a database; where there are none, the lines of its README that speak of licences.
 * Empty where there is neither or the folder cannot be read.
 */
export function licencesBeside(database: string): LicenceText[] {
  const folder = dirname(database);
  try {
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== basename(database))
      .map((entry) => entry.name)
      .sort();
    const licences = names
      .filter((name) => LICENCE_NAME.test(name))
      .map((file) => ({ file, text: readText(join(folder, file)) }));
    if (licences.length > 0) return licences;
    return names
      .filter((name) => README_NAME.test(name))
      .map((file) => ({ file, text: linesAboutLicences(readText(join(folder, file))) }))
      .filter(({ text }) => text !== '');
  } catch {
    return [];
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8').trim().slice(0, MAX_CHARACTERS);
}

function linesAboutLicences(text: string): string {
  const lines = text.split('\n').filter((line) => README_LINE.test(line));
  return lines.join('\n').slice(0, MAX_CHARACTERS);
}
