import { formatIpv6 } from '../address/ipv6.ts'
import { u16, u32 } from '../bytes/reader.ts'
import type { Fragment } from '../headers/fragment.ts'
import type { Ipv4 } from '../headers/ipv4.ts'
import type { Ipv6 } from '../headers/ipv6.ts'
import type { Routing } from '../headers/routing.ts'
import type { Place, Print } from './place.ts'
import { hasPorts } from './place.ts'

export const printIpv4: Print<Ipv4> = (layer, place) => {
  if (layer.version !== 4)
    return layer.version === 6 ? 'IP6, wrong link-layer encapsulation (invalid)' : `IP${layer.version} (invalid)`
  if (layer.ihl < 5) return `IP bad-hlen ${layer.ihl * 4}`
  const missing = layer.totalLength - place.length
  const cut = missing > 0 ? `truncated-ip - ${missing} bytes missing! ` : ''
  if (layer.totalLength < layer.ihl * 4) return `IP bad-len ${layer.totalLength}`
  if (layer.fragmentOffset > 0) return `IP ${cut}${layer.src} > ${layer.dst}: ip-proto-${layer.protocol}`
  return `IP ${cut}${addresses(layer, place)}`
}

export const printIpv6: Print<Ipv6> = (layer, place) => {
  if (layer.version !== 6) return `IP6 version error: ${layer.version} != 6`
  const missing = layer.payloadLength + 40 - place.length
  const cut = missing > 0 ? `truncated-ip6 - ${missing} bytes missing!` : ''
  return `IP6 ${cut}${addresses(layer, place)}`
}

export const printFragment: Print<Fragment> = (layer, place) =>
  `frag (${layer.fragmentOffset}|${place.length - 8})${layer.fragmentOffset === 0 ? ' ' : ''}`

export const printRouting: Print<Routing> = (layer) => {
  const deprecated = layer.type === 0 ? ' [Deprecated]' : ''
  const head = `RT6 (len=${layer.length}, type=${layer.type}${deprecated}, segleft=${layer.segmentsLeft}`
  const details = routingDetails[layer.type]
  return details === undefined ? `${head} (unknown type)` : `${head}${details(layer.data)}${segments(layer.data)}) `
}

const reserved = (data: Uint8Array): string => (u32(data, 0) === 0 ? '' : `, rsv=0x${u32(data, 0).toString(16)}`)

const routingDetails: Readonly<Record<number, (data: Uint8Array) => string>> = {
  0: reserved,
  2: reserved,
  4: (data) =>
    `, last-entry=${data[0]}${data[1] === 0 ? '' : `, flags=0x${data[1]!.toString(16)}`}, tag=${u16(data, 2).toString(16)}`,
}

function segments(data: Uint8Array): string {
  const count = Math.floor((data.length - 4) / 16)
  return Array.from({ length: count }, (_, i) => `, [${i}]${formatIpv6(data, 4 + 16 * i)}`).join('')
}

function addresses(layer: Ipv4 | Ipv6, place: Place): string {
  return hasPorts(place.next) ? '' : `${layer.src} > ${layer.dst}: `
}
