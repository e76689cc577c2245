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

const ODD = 0x9e3779b1

/** A load of so many flows, a power of two, in an order that no prefetcher foresees. */
export function makeLoad(packet: Uint8Array, count: number, flow: (i: number) => Flow): Load {
  if (!(count > 0 && (count & (count - 1)) === 0)) throw new Error(`a load has a power of two flows, not ${count}`)
  const flows = new Uint8Array(count * FLOW_SIZE)
  const view = new DataView(flows.buffer)
  for (let i = 0; i < count; i++) {
    const [source, sourcePort, destinationPort] = flow(i)
    const offset = (Math.imul(i, ODD) & (count - 1)) * FLOW_SIZE
    view.setUint32(offset, source)
    view.setUint16(offset + 4, sourcePort)
    view.setUint16(offset + 6, destinationPort)
  }
  return { packet, count, flows }
}
