/** Flow logs of a small network, in files, and its interfaces as EC2 describes them. */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Prng } from '../../src/generate/prng.ts';
import type { DescribedInterface } from '../../src/topology/network-interface.ts';
import { header } from '../run/records.ts';
import { ACCOUNT, described } from './maps.ts';

const START_S = 1_620_000_000;

/** A network of so many interfaces in two VPCs. */
export class Network {
  readonly interfaces: readonly DescribedInterface[];
  readonly #random: Prng;

  constructor(interfaces: number, seed: number) {
    this.#random = new Prng(seed, 1);
    this.interfaces = Array.from({ length: interfaces }, (_, i) =>
      described(`eni-${i.toString(16).padStart(17, '0')}`, `vpc-${i % 2}`, `10.${i % 2}.0.${i}`, {
        Description: `host ${i}`,
      }),
    );
  }

  /** Writes what `aws ec2 describe-network-interfaces` would print. */
  describe(file: string): void {
    writeFileSync(file, JSON.stringify({ NetworkInterfaces: this.interfaces }));
  }

  /** The text of an object: records of both ends of random pairs. */
  log(pairs: number): string {
    const lines = [header];
    for (let i = 0; i < pairs; i++) {
      const [from, to] = this.#pair();
      const start = START_S + Math.floor(this.#random.uniform() * 3_000);
      const bytes = 40 + Math.floor(this.#random.uniform() * 10_000);
      for (const { NetworkInterfaceId: id } of [from, to]) {
        const flow = `${from.PrivateIpAddress} ${to.PrivateIpAddress} 40000 443 6 10 ${bytes} ${start} ${start + 60}`;
        lines.push(`2 ${ACCOUNT} ${id} ${flow} ACCEPT OK`);
      }
    }
    return `${lines.join('\n')}\n`;
  }

  /** Writes such an object, gzipped; gives its path. */
  write(folder: string, name: string, pairs: number): string {
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, name);
    // Whole or not at all, as objects come: others may be listing.
    const temporary = path.join(folder, `../${name}.tmp`);
    writeFileSync(temporary, gzipSync(this.log(pairs)));
    renameSync(temporary, file);
    return file;
  }

  #pair(): readonly [DescribedInterface, DescribedInterface] {
    const one = () =>
      this.interfaces[Math.floor(this.#random.uniform() * this.interfaces.length)] as DescribedInterface;
    const [from, to] = [one(), one()];
    return from === to ? this.#pair() : [from, to];
  }
}
