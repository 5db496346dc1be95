/** What is said of work that goes through millions of objects. */

/** It is silent for no longer, and no more is said. */
const SAY_EVERY_MS = 10_000;

/** `say`, as often as there is something to say, but at most every ten seconds. */
export function nowAndThen<Facts>(say: (facts: Facts) => void): (facts: Facts) => void {
  let saidMs = performance.now();
  return (facts) => {
    if (performance.now() - saidMs < SAY_EVERY_MS) return;
    saidMs = performance.now();
    say(facts);
  };
}
