/** Bytes of a flow: the last word of its source address, source port, destination port; big endian. */
export const FLOW_SIZE = 8

/** What differs from flow to flow. */
export type Flow = readonly [source: number, sourcePort: number, destinationPort: number]

/** What the wrapper writes into each packet: the headers, and for each flow what differs. */
export interface Load {
  /** One packet, from its Ethernet header. */
  readonly packet: Uint8Array
  /** Flows: a power of two. */
  readonly count: number
  /** The flows as the wrapper reads them, scrambled. */
  readonly flows: Uint8Array
}

/** A load of so many flows, a power of two, in an order that no prefetcher foresees; another for each seed. */
export function makeLoad(packet: Uint8Array, count: number, flow: (i: number) => Flow, seed = 1): Load {
  if (!(count > 0 && (count & (count - 1)) === 0)) throw new Error(`a load has a power of two flows, not ${count}`)
  const flows = new Uint8Array(count * FLOW_SIZE)
  const view = new DataView(flows.buffer)
  shuffled(count, seed).forEach((place, i) => {
    const [source, sourcePort, destinationPort] = flow(i)
    view.setUint32(place * FLOW_SIZE, source)
    view.setUint16(place * FLOW_SIZE + 4, sourcePort)
    view.setUint16(place * FLOW_SIZE + 6, destinationPort)
  })
  return { packet, count, flows }
}

/** The numbers below `count`, shuffled: the same for the same seed. */
function shuffled(count: number, seed: number): Uint32Array {
  const places = Uint32Array.from({ length: count }, (_, i) => i)
  let state = seed
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const j = Math.floor((state / 2 ** 32) * (i + 1))
    const place = places[i]!
    places[i] = places[j]!
    places[j] = place
  }
  return places
}
