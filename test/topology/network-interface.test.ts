import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownInterfaces } from '../../src/topology/known-interfaces.ts';
import { type DescribedInterface, networkInterface } from '../../src/topology/network-interface.ts';
import { ACCOUNT, described, known } from './maps.ts';

const made = (more: DescribedInterface) => networkInterface(described('eni-1', 'vpc-1', '10.0.0.1', more), null);

test('addresses are the primary one and all of IPv6, as flow logs write them', () => {
  const one = made({
    PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1' }, { PrivateIpAddress: '10.0.0.2' }],
    Ipv6Addresses: [{ Ipv6Address: '2600:1F18:0:0:0:0:0:1' }, {}],
    Association: { PublicIp: '3.4.5.6' },
  });
  assert.deepEqual(one?.addresses, ['10.0.0.1', '2600:1f18::1']);
  assert.deepEqual(one?.otherAddresses, ['10.0.0.2']);
  assert.deepEqual([one?.publicAddress, one?.account, one?.region], ['3.4.5.6', ACCOUNT, 'eu-west-1']);
});

test('the region is the one that was asked, else that of the zone', () => {
  assert.equal(networkInterface(described('eni-1', 'vpc-1', '10.0.0.1'), 'us-east-1')?.region, 'us-east-1');
  assert.equal(made({ AvailabilityZone: 'us-west-2-lax-1a' })?.region, 'us-west-2');
  assert.equal(networkInterface({ NetworkInterfaceId: 'eni-1' }, null)?.region, null);
  assert.equal(networkInterface({ NetworkInterfaceId: 'eni-1' }, null)?.vpc, 'unknown_vpc');
  assert.equal(networkInterface({ VpcId: 'vpc-1' }, null), null);
});

test('NAT gateways and Application Load Balancers are known by description or type, others are not', () => {
  const kind = (more: DescribedInterface) => {
    const one = made(more);
    return one?.isNatGateway ? 'nat' : one?.isApplicationLoadBalancer ? 'alb' : 'kept';
  };
  assert.equal(kind({ Description: 'Interface for NAT Gateway nat-0a' }), 'nat');
  assert.equal(kind({ InterfaceType: 'nat_gateway' }), 'nat');
  assert.equal(kind({ InterfaceType: 'natGateway' }), 'nat');
  assert.equal(kind({ Description: 'ELB app/web/50dc6c495c0c9188' }), 'alb');
  assert.equal(kind({ InterfaceType: 'load_balancer' }), 'alb');
  assert.equal(kind({ InterfaceType: 'load_balancer', Description: 'ELB classic' }), 'kept');
  assert.equal(kind({ Description: 'ELB net/web/1', InterfaceType: 'network_load_balancer' }), 'kept');
  assert.equal(kind({ Description: 'my Interface for NAT Gateway' }), 'kept');
});

test('of two interfaces with one id the first counts, and the order of all is that of their ids', () => {
  const set = known(
    described('eni-2', 'vpc-1', '10.0.0.2'),
    described('eni-1', 'vpc-1', '10.0.0.1'),
    described('eni-2', 'vpc-9', '10.0.0.9'),
  );
  assert.deepEqual(set.forFold(), [
    { id: 'eni-1', addresses: ['10.0.0.1'] },
    { id: 'eni-2', addresses: ['10.0.0.2'] },
  ]);
  assert.deepEqual(set.withAddress('10.0.0.9'), []);
  assert.equal(set.account, ACCOUNT);
  assert.equal(new KnownInterfaces([]).account, null);
});
