/** Network interfaces by id and by address. */

import type { FoldInterface } from './contract.ts';
import type { NetworkInterface } from './network-interface.ts';

/** All interfaces that are known. */
export class KnownInterfaces {
  /** In the order that rows of the fold count by. */
  readonly all: readonly NetworkInterface[];
  readonly #byAddress = new Map<string, NetworkInterface[]>();

  /** Of two with the same id the first counts. */
  constructor(interfaces: readonly NetworkInterface[]) {
    this.all = [...new Map([...interfaces].reverse().map((one) => [one.id, one])).values()].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
    for (const one of this.all) {
      for (const address of [...one.addresses, ...one.otherAddresses]) {
        const others = this.#byAddress.get(address);
        if (others === undefined) this.#byAddress.set(address, [one]);
        else others.push(one);
      }
    }
  }

  /** As the fold wants them. */
  forFold(): readonly FoldInterface[] {
    return this.all.map(({ id, addresses }) => ({ id, addresses }));
  }

  /** Those that have an address, by id: VPCs may have the same addresses. */
  withAddress(address: string): readonly NetworkInterface[] {
    return this.#byAddress.get(address) ?? [];
  }

  /** The account that they belong to; null where they are of several, or do not say. */
  get account(): string | null {
    const accounts = new Set(this.all.map(({ account }) => account));
    return accounts.size === 1 ? ([...accounts][0] ?? null) : null;
  }
}
