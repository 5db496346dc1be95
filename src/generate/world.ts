/** The world that the flows go on in: one account, a few networks, hosts in them, and peers out on the internet. */

import { randomPublicV4, randomPublicV6, textOfV6 } from './addresses.ts';
import { Prng } from './prng.ts';

const HOSTS = 400;
const ZIPF_V4_PEERS = 60_000;
const ZIPF_V6_PEERS = 4_000;

/** Stream numbers of the random numbers; objects count up from zero. */
const WORLD_STREAM = 2 ** 31;

/** Text ready to be copied into a line. */
export type Bytes = Uint8Array;

/** A machine in one of the account's networks, with everything that lines say about it. */
export interface Host {
  readonly v4: Bytes;
  readonly v6: Bytes;
  /** Address of a pod or a translated client behind the interface; the same as `v4` for most. */
  readonly podV4: Bytes;
  readonly interfaceId: Bytes;
  readonly instanceId: Bytes;
  readonly subnetId: Bytes;
  readonly vpcId: Bytes;
  readonly azId: Bytes;
  readonly tgwAttachmentId: Bytes;
  /** What the ecs-* fields say, by field name; null where no task runs. */
  readonly ecs: Readonly<Record<string, Bytes>> | null;
  readonly instanceTag: Bytes;
  readonly interfaceType: Bytes;
}

/** Everything that stays the same over all objects of a run. */
export interface World {
  readonly account: string;
  readonly region: string;
  readonly flowLogId: string;
  readonly tgwId: Bytes;
  readonly hosts: readonly Host[];
  /** Peers by rank; empty when every public address is another one. */
  readonly peersV4: readonly Bytes[];
  readonly peersV6: readonly Bytes[];
}

/** The bytes of a text. */
export function bytesOf(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

const DASH = bytesOf('-');
const TAGS = ['prod', 'staging', 'web%20frontend', 'payments', 'batch', 'caf%C3%A9'];
const INTERFACE_TYPES = ['nat_gateway', 'network_load_balancer', 'vpc_endpoint', 'transit_gateway'];

function ecsOf(prng: Prng, account: string, region: string): Readonly<Record<string, Bytes>> {
  const cluster = ['shop', 'search', 'etl'][prng.between(0, 2)]!;
  const service = ['cart', 'checkout', 'catalogue', 'worker'][prng.between(0, 3)]!;
  const arn = (rest: string) => bytesOf(`arn:aws:ecs:${region}:${account}:${rest}`);
  const task = prng.hex(32);
  const container = prng.hex(32);
  return {
    'ecs-cluster-arn': arn(`cluster/${cluster}`),
    'ecs-cluster-name': bytesOf(cluster),
    'ecs-container-instance-arn': arn(`container-instance/${cluster}/${container}`),
    'ecs-container-instance-id': bytesOf(container),
    'ecs-container-id': bytesOf(`${task}-${prng.between(10 ** 9, 4 * 10 ** 9)}`),
    'ecs-second-container-id': prng.uniform() < 0.3 ? bytesOf(`${task}-${prng.between(10 ** 9, 4 * 10 ** 9)}`) : DASH,
    'ecs-service-name': bytesOf(service),
    'ecs-task-definition-arn': arn(`task-definition/${service}:${prng.between(1, 90)}`),
    'ecs-task-arn': arn(`task/${cluster}/${task}`),
    'ecs-task-id': bytesOf(task),
  };
}

/** Makes the world of a seed. With `uniform` there are no fixed peers: every public address is drawn when needed. */
export function makeWorld(seed: number, addresses: 'zipf' | 'uniform'): World {
  const prng = new Prng(seed, WORLD_STREAM);
  const account = '123456789010';
  const region = 'us-east-1';
  const id = (prefix: string) => `${prefix}-0${prng.hex(16)}`;
  const vpcs = Array.from({ length: 3 }, () => bytesOf(id('vpc')));
  const attachments = vpcs.map(() => bytesOf(id('tgw-attach')));
  const subnets = Array.from({ length: 12 }, () => bytesOf(id('subnet')));
  const hosts = Array.from({ length: HOSTS }, (): Host => {
    const isTen = prng.uniform() < 0.7;
    const v4 = isTen
      ? `10.${prng.between(0, 3)}.${prng.between(0, 255)}.${prng.between(4, 254)}`
      : `172.31.${prng.between(0, 95)}.${prng.between(4, 254)}`;
    const any = () => prng.between(0, 0xffff);
    const network = prng.between(0, vpcs.length - 1);
    const subnet = prng.between(0, subnets.length / vpcs.length - 1);
    const hasPod = prng.uniform() < 0.1;
    const hasInstance = prng.uniform() < 0.9;
    return {
      v4: bytesOf(v4),
      v6: bytesOf(textOfV6([0x2600, 0x1f18, any(), any(), any(), any(), any(), any()])),
      podV4: bytesOf(hasPod ? `192.168.${prng.between(0, 255)}.${prng.between(4, 254)}` : v4),
      interfaceId: bytesOf(id('eni')),
      instanceId: hasInstance ? bytesOf(id('i')) : DASH,
      subnetId: subnets[network * (subnets.length / vpcs.length) + subnet]!,
      vpcId: vpcs[network]!,
      azId: bytesOf(`use1-az${1 + subnet}`),
      tgwAttachmentId: attachments[network]!,
      ecs: prng.uniform() < 0.25 ? ecsOf(prng, account, region) : null,
      instanceTag: hasInstance ? bytesOf(TAGS[prng.between(0, TAGS.length - 1)]!) : DASH,
      interfaceType: hasInstance ? DASH : bytesOf(INTERFACE_TYPES[prng.between(0, INTERFACE_TYPES.length - 1)]!),
    };
  });
  const fixed = addresses === 'zipf';
  return {
    account,
    region,
    flowLogId: id('fl'),
    tgwId: bytesOf(id('tgw')),
    hosts,
    peersV4: Array.from({ length: fixed ? ZIPF_V4_PEERS : 0 }, () => bytesOf(randomPublicV4(prng))),
    peersV6: Array.from({ length: fixed ? ZIPF_V6_PEERS : 0 }, () => bytesOf(randomPublicV6(prng))),
  };
}
