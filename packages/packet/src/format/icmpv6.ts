import { formatIpv6 } from '../address/ipv6.ts'
import type { Packet } from '../dissect.ts'
import type { Icmpv6 } from '../headers/icmpv6.ts'
import { Icmpv6Type, Icmpv6Unreachable } from '../headers/icmpv6.ts'
import { IpProtocol } from '../protocols.ts'
import { quotedDestinationPort } from './icmpv4.ts'
import type { Print } from './place.ts'

export const printIcmpv6: Print<Icmpv6> = (layer, place) => {
  const message = `${icmpv6TypeText(layer.type)}${details[layer.type]?.(layer, place.packet) ?? ''}`
  return message.endsWith(cut) ? `ICMP6, ${message}` : `ICMP6, ${message}, length ${place.length}`
}

/** Ends a message that tells more than the packet shows. */
const cut = '[|icmp6]'

/** What kind of message it is. */
export function icmpv6TypeText(type: number): string {
  return types[type] ?? `unknown icmp6 type (${type})`
}

const types: Readonly<Record<number, string>> = {
  [Icmpv6Type.unreachable]: 'destination unreachable',
  [Icmpv6Type.packetTooBig]: 'packet too big',
  [Icmpv6Type.timeExceeded]: 'time exceeded in-transit',
  [Icmpv6Type.parameterProblem]: 'parameter problem',
  [Icmpv6Type.echoRequest]: 'echo request',
  [Icmpv6Type.echoReply]: 'echo reply',
  [Icmpv6Type.routerSolicitation]: 'router solicitation',
  [Icmpv6Type.routerAdvertisement]: 'router advertisement',
  [Icmpv6Type.neighborSolicitation]: 'neighbor solicitation',
  [Icmpv6Type.neighborAdvertisement]: 'neighbor advertisement',
  [Icmpv6Type.redirect]: 'redirect',
  [Icmpv6Type.listenerReportV2]: 'multicast listener report v2',
}

const details: Readonly<Record<number, (layer: Icmpv6, packet: Packet) => string>> = {
  [Icmpv6Type.unreachable]: ({ code }, { quote }) => `, ${unreachable(code, quote)}`,
  [Icmpv6Type.packetTooBig]: ({ mtu }) => `, mtu ${mtu}`,
  [Icmpv6Type.timeExceeded]: ({ code }, { quote }) => timeExceeded(code, quote),
  [Icmpv6Type.parameterProblem]: ({ code, pointer }, { quote }) => {
    if (quote?.ipv6 === undefined) return ` ${cut}`
    const what = problems[code]
    return `, ${what === undefined ? `code-#${code}` : `${what} - octet ${pointer}`}`
  },
  [Icmpv6Type.echoRequest]: ({ id, sequence }) => `, id ${id}, seq ${sequence}`,
  [Icmpv6Type.echoReply]: ({ id, sequence }) => `, id ${id}, seq ${sequence}`,
  [Icmpv6Type.neighborSolicitation]: ({ target }) => (target === undefined ? ` ${cut}` : `, who has ${target}`),
  [Icmpv6Type.neighborAdvertisement]: ({ target }) => (target === undefined ? ` ${cut}` : `, tgt is ${target}`),
  [Icmpv6Type.redirect]: (_, { payload }) => `, ${addressAt(payload, 16)} to ${addressAt(payload, 0)}`,
  [Icmpv6Type.listenerReportV2]: ({ rest }) => `, ${rest & 0xffff} group record(s)`,
}

const problems = ['erroneous', 'next header', 'option', 'incomplete header chain']

/** tcpdump's own words, its second space included. */
const unreachables: Readonly<Record<number, string>> = {
  [Icmpv6Unreachable.noRoute]: 'unreachable route',
  [Icmpv6Unreachable.prohibited]: ' unreachable prohibited',
  [Icmpv6Unreachable.beyondScope]: 'beyond scope',
  [Icmpv6Unreachable.address]: 'unreachable address',
}

function unreachable(code: number, quote: Packet | undefined): string {
  if (code === Icmpv6Unreachable.port) return `unreachable port${quotedPort(quote)}`
  const words = unreachables[code]
  if (words === undefined) return `unknown unreach code (${code})`
  const ip = quote?.ipv6
  if (ip === undefined) return `${words} ${cut}`
  return `${words} ${ip.dst}${code === Icmpv6Unreachable.beyondScope ? `, source address ${ip.src}` : ''}`
}

function quotedPort(quote: Packet | undefined): string {
  const port = quotedDestinationPort(quote)
  const last = quote?.layers.findLast((layer) => 'nextHeader' in layer)
  const name = { [IpProtocol.tcp]: 'tcp', [IpProtocol.udp]: 'udp' }[last?.nextHeader ?? -1]
  return quote?.ipv6 === undefined || port === undefined || name === undefined
    ? ` ${cut}`
    : `, ${quote.ipv6.dst} ${name} port ${port}`
}

function timeExceeded(code: number, quote: Packet | undefined): string {
  if (code === 0) return quote?.ipv6 ? ` for ${quote.ipv6.dst}` : ` ${cut}`
  return code === 1 ? ' (reassembly)' : `, unknown code (${code})`
}

function addressAt(payload: Uint8Array, offset: number): string {
  return payload.length < offset + 16 ? cut : formatIpv6(payload, offset)
}
