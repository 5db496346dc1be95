import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { interfacesOfFiles } from '../../src/topology/interface-files.ts';
import { temporaryFolder } from '../run/program.ts';
import { described } from './maps.ts';

const folder = temporaryFolder();

function file(content: unknown): string {
  const name = path.join(folder, `${Math.random()}.json`);
  writeFileSync(name, typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

test('dumps of several regions, with and without the list around them', () => {
  const one = file({ NetworkInterfaces: [described('eni-1', 'vpc-1', '10.0.0.1')] });
  const two = file(`\uFEFF${JSON.stringify([described('eni-2', 'vpc-2', '10.0.0.2')])}`);
  assert.deepEqual(
    interfacesOfFiles([one, two]).map(({ id, vpc }) => [id, vpc]),
    [
      ['eni-1', 'vpc-1'],
      ['eni-2', 'vpc-2'],
    ],
  );
});

test('what is no dump is refused with the file, the place and what to give', () => {
  const refused = (content: unknown, why: RegExp) =>
    assert.throws(() => interfacesOfFiles([file(content)]), { code: 'E_USAGE', message: why });
  refused('no JSON', /is no JSON: give what aws ec2 describe-network-interfaces --output json prints/);
  refused({ Reservations: [] }, /has no NetworkInterfaces/);
  refused(null, /has no NetworkInterfaces/);
  refused([{ VpcId: 'vpc-1' }], /interface 1 \(it has no NetworkInterfaceId\)/);
  refused([described('eni-1', 'vpc-1', '10.0.0.1'), 'eni-2'], /interface 2 \(no object\)/);
  refused([{ NetworkInterfaceId: 'eni-1', VpcId: 7 }], /its VpcId is no text/);
  refused([{ NetworkInterfaceId: 'eni-1', Ipv6Addresses: {} }], /its Ipv6Addresses is no list/);
  assert.throws(() => interfacesOfFiles([path.join(folder, 'missing.json')]), { message: /cannot be read \(ENOENT\)/ });
});
