/**
 * Names of IP protocols as Sekoia's parser has them: IANA's keywords in lower case
 * (https://www.iana.org/assignments/protocol-numbers), with some of its own.
 */

/** 0 to 142. */
const FROM_0: readonly string[] =
  `hopopt icmp igmp ggp ipv4 st tcp cbt egp igp bbn-rcc-mon nvp-ii pup argus emcon xnet chaos udp mux dcn-meas hmp prm
  xns-idp trunk-1 trunk-2 leaf-1 leaf-2 rdp irtp iso-tp4 netblt mfe-nsp merit-inp dccp 3pc idpr xtp ddp idpr-cmtp tp++ il
  ipv6 sdrp ipv6-route ipv6-frag idrp rsvp gre dsr bna esp ah i-nlsp swipe narp mobile tlsp skip ipv6-icmp ipv6-nonxt
  ipv6-opts any_host_internal_protocol cftp any_local_network sat-expak kryptolan rvd ippc any_distributed_file_system
  sat-mon visa ipcv cpnx cphb wsn pvp br-sat-mon sun-nd wb-mon wb-expak iso-ip vmtp secure-vmtp vines ttp nsfnet-igp dgp
  tcf eigrp ospfigp sprite-rpc larp mtp ax.25 ipip micp scc-sp etherip encap any_private_encryption_scheme gmtp ifmp pnni
  pim aris scps qnx a/n ipcomp snp compaq-peer ipx-in-ip vrrp pgm any_0-hop_protocol l2tp ddx iatp stp srp uti smp sm ptp
  isis_over_ipv4 fire crtp crudp sscopmce iplt sps pipe_ sctp fc rsvp-e2e-ignore mobility_header udplite mpls-in-ip manet
  hip shim6 wesp rohc`
    .split(/\s+/)
    .map((name) => name.replaceAll('_', ' '));

const FROM_253: readonly string[] = ['unassigned', 'use for experimentation and testing', 'reserved'];

/** The name of a protocol, 0 to 255; undefined for 143 to 252, which it does not know. Mind the blank after `pipe `, 131. */
export function protocolName(number: number): string | undefined {
  return FROM_0[number] ?? FROM_253[number - 253];
}
