/** Where the paths of a command lie in a container. */

import path from 'node:path';
import { CONTAINER } from './schedule.ts';
import { pathsOf, type UsedPath, type Word } from './words.ts';

/** Places for the paths of a command. */
export interface ContainerPaths {
  /** The path in the container. */
  place(used: UsedPath): string;
  /** Secret files: the option, and the file that becomes the secret's key of that name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Files to lay into the data volume: the file, and its name there. */
  readonly data: ReadonlyMap<string, string>;
}

/** Finds a place for each path. What is written lies on the state volume, the only one that can be written to. */
export function containerPaths(words: readonly Word[]): ContainerPaths {
  const secrets = new Map<string, string>();
  const data = new Map<string, string>();
  const taken = new Set<string>();
  for (const { option, path: file, use } of pathsOf(words)) {
    if (use === 'secret') secrets.set(option, file);
    if (use !== 'read' || data.has(file)) continue;
    let name = path.basename(file);
    for (let n = 2; taken.has(name); n++) name = `${n}-${path.basename(file)}`;
    taken.add(name);
    data.set(file, name);
  }
  return {
    secrets,
    data,
    place({ option, path: file, use }) {
      if (use === 'secret') return `${CONTAINER.secrets}/${option}`;
      if (use === 'read') return `${CONTAINER.data}/${data.get(file)}`;
      // The default is there already: what an earlier run in this container left is found.
      if (option === 'state') return `${CONTAINER.state}/flowbulk`;
      return `${CONTAINER.state}/${path.basename(file)}${file.endsWith('/') ? '/' : ''}`;
    },
  };
}
