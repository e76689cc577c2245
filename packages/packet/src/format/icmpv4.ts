import { u16 } from '../bytes/reader.ts'
import type { Packet } from '../dissect.ts'
import type { Icmpv4 } from '../headers/icmpv4.ts'
import { Icmpv4Type, Icmpv4Unreachable } from '../headers/icmpv4.ts'
import { IpProtocol } from '../protocols.ts'
import type { Ipv4 } from '../headers/ipv4.ts'
import type { Print } from './place.ts'

export const printIcmpv4: Print<Icmpv4> = (layer, { packet, length }) => {
  const message = messages[layer.type]?.(layer) ?? errors[layer.type]?.(layer, packet.quote) ?? `type-#${layer.type}`
  return message === cut ? ` ${cut}` : `ICMP ${message}, length ${length}`
}

/** In place of a message whose quote does not show what the message tells. */
const cut = '[|icmp]'

const messages: Readonly<Record<number, (layer: Icmpv4) => string>> = {
  [Icmpv4Type.echoReply]: ({ id, sequence }) => `echo reply, id ${id}, seq ${sequence}`,
  [Icmpv4Type.echoRequest]: ({ id, sequence }) => `echo request, id ${id}, seq ${sequence}`,
  [Icmpv4Type.timestamp]: ({ id, sequence }) => `time stamp query id ${id} seq ${sequence}`,
  [Icmpv4Type.parameterProblem]: ({ code, pointer }) =>
    `parameter problem - ${code === 0 ? `octet ${pointer}` : `code ${code}`}`,
}

const errors: Readonly<Record<number, (layer: Icmpv4, quote: Packet | undefined) => string>> = {
  [Icmpv4Type.unreachable]: unreachable,
  [Icmpv4Type.redirect]: ({ code, gateway }, quote) => {
    const [verb, what] = redirects[code] ?? [`redirect-#${code}`, '']
    return quote?.ipv4 ? `${verb} ${quote.ipv4.dst} to ${what}${gateway}` : cut
  },
  [Icmpv4Type.timeExceeded]: ({ code }, quote) =>
    quote?.ipv4 ? (timeExceeded[code] ?? `time exceeded-#${code}`) : cut,
}

const timeExceeded = ['time exceeded in-transit', 'ip reassembly time exceeded']

const redirects: readonly (readonly [verb: string, what: string])[] = [
  ['redirect', 'net '],
  ['redirect', 'host '],
  ['redirect-tos', 'net '],
  ['redirect-tos', 'host '],
]

/** What stands before and behind the destination, for codes that need nothing else. */
const unreachables: Readonly<Record<number, readonly [before: string, behind: string]>> = {
  0: ['net ', ' unreachable'],
  1: ['host ', ' unreachable'],
  5: ['', ' unreachable - source route failed'],
  6: ['net ', ' unreachable - unknown'],
  7: ['host ', ' unreachable - unknown'],
  8: ['', ' unreachable - source host isolated'],
  9: ['net ', ' unreachable - admin prohibited'],
  10: ['host ', ' unreachable - admin prohibited'],
  11: ['net ', ' unreachable - tos prohibited'],
  12: ['host ', ' unreachable - tos prohibited'],
  13: ['host ', ' unreachable - admin prohibited filter'],
  14: ['host ', ' unreachable - host precedence violation'],
  15: ['host ', ' unreachable - precedence cutoff'],
}

function unreachable({ code, mtu }: Icmpv4, quote: Packet | undefined): string {
  const ip = quote?.ipv4
  if (ip === undefined) return cut
  if (code === Icmpv4Unreachable.protocol) return `${ip.dst} protocol ${ip.protocol} unreachable`
  if (code === Icmpv4Unreachable.port) return portUnreachable(ip, quotedDestinationPort(quote))
  if (code === Icmpv4Unreachable.fragmentationNeeded)
    return `${ip.dst} unreachable - need to frag${mtu ? ` (mtu ${mtu})` : ''}`
  const [before, behind] = unreachables[code] ?? ['', ` unreachable - #${code}`]
  return `${before}${ip.dst}${behind}`
}

function portUnreachable(ip: Ipv4, port: number | undefined): string {
  if (port === undefined) return cut
  const name = { [IpProtocol.tcp]: 'tcp', [IpProtocol.udp]: 'udp' }[ip.protocol] ?? `protocol ${ip.protocol}`
  return `${ip.dst} ${name} port ${port} unreachable`
}

/** The destination port that a quote still shows, though the transport header may be cut. */
export function quotedDestinationPort(quote: Packet | undefined): number | undefined {
  const port = quote?.tcp?.dstPort ?? quote?.udp?.dstPort
  if (port !== undefined || quote === undefined || quote.payload.length < 4) return port
  return u16(quote.payload, 2)
}
