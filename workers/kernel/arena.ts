/** Where this worker's arena lies. Set once, read everywhere. */

/** Address of the arena. */
export let arena: usize = 0;

/** Remembers the arena's address. */
export function placeArena(address: usize): void {
  arena = address;
}
