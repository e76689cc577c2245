import type { Arp } from '../headers/arp.ts'
import { ArpOperation } from '../headers/arp.ts'
import type { Print } from './place.ts'

export const printArp: Print<Arp> = (layer, place) => `ARP, ${message(layer)}, length ${place.length}`

function message(layer: Arp): string {
  if (layer.operation === ArpOperation.reply) return `Reply ${layer.senderIp} is-at ${layer.senderMac}`
  if (layer.operation !== ArpOperation.request) return `Unknown (${layer.operation})`
  const target = layer.targetMac === '00:00:00:00:00:00' ? '' : ` (${layer.targetMac})`
  return `Request who-has ${layer.targetIp}${target} tell ${layer.senderIp}`
}
