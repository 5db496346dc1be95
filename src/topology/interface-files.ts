/** Network interfaces from files: what `aws ec2 describe-network-interfaces` prints. */

import { readFileSync } from 'node:fs';
import { FlowbulkError } from '../errors.ts';
import { type DescribedInterface, type NetworkInterface, networkInterface } from './network-interface.ts';

/**
 * Reads such files, one for each region and account, or the bare list that `--query NetworkInterfaces` leaves of one.
 * Throws E_USAGE for what cannot be read, or is something else.
 */
export function interfacesOfFiles(files: readonly string[]): readonly NetworkInterface[] {
  return files.flatMap(interfacesOfFile);
}

function interfacesOfFile(file: string): readonly NetworkInterface[] {
  const refuse = (why: string, cause?: unknown) =>
    new FlowbulkError(
      'E_USAGE',
      `--interfaces: "${file}" ${why}: give what aws ec2 describe-network-interfaces --output json prints`,
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw refuse(code === undefined ? 'is no JSON' : `cannot be read (${code})`, cause);
  }
  const list = Array.isArray(value) ? value : (value as { NetworkInterfaces?: unknown } | null)?.NetworkInterfaces;
  if (!Array.isArray(list)) throw refuse('has no NetworkInterfaces');
  return list.map((described: DescribedInterface, at) => {
    const problem = problemOf(described);
    const found = problem === null ? networkInterface(described, null) : null;
    if (found === null) throw refuse(`is not what it should be at interface ${at + 1} (${problem})`);
    return found;
  });
}

const TEXTS = [
  'VpcId',
  'Description',
  'InterfaceType',
  'OwnerId',
  'AvailabilityZone',
  'PrivateIpAddress',
] as const satisfies readonly (keyof DescribedInterface)[];

/** Why a value is no described interface: a file may hold anything. */
function problemOf(described: DescribedInterface | null): string | null {
  if (typeof described !== 'object' || described === null) return 'no object';
  if (typeof described.NetworkInterfaceId !== 'string') return 'it has no NetworkInterfaceId';
  const wrong = TEXTS.find((name) => described[name] !== undefined && typeof described[name] !== 'string');
  if (wrong !== undefined) return `its ${wrong} is no text`;
  const lists = ['PrivateIpAddresses', 'Ipv6Addresses'] as const;
  const noList = lists.find((name) => described[name] !== undefined && !Array.isArray(described[name]));
  return noList === undefined ? null : `its ${noList} is no list`;
}
