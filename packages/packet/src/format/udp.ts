import type { Udp } from '../headers/udp.ts'
import type { Print } from './place.ts'
import { endpoints } from './place.ts'

export const printUdp: Print<Udp> = (layer, place) => {
  const head = endpoints(layer, place)
  if (layer.length < 8) return `${head}truncated-udplength ${layer.length}`
  const [length, there] = [layer.length - 8, place.length - 8]
  if (length > there && !place.fragmented) return `${head}UDP, bad length ${length} > ${there}`
  return `${head}UDP, length ${length}`
}
