/** One at a time, in order: what a worker converts with is there only once. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Waits for the turns asked for before; the turn lasts until what is given is called. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end: () => void = () => {};
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  }
}
