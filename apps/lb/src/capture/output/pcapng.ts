import type { VerdictAction } from '@skep/datapath'
import { pcapngHeader, pcapngInterface, pcapngPacket, pcapngStatistics } from '@skep/packet'
import { version } from '../../version.ts'
import type { CaptureCounts } from '../session.ts'
import type { Frame } from '../frame.ts'
import type { NameDevice } from './devices.ts'
import type { Output } from './output.ts'

const actions: Readonly<Record<VerdictAction, number>> = { DROP: 1, PASS: 2, TX: 3, REDIRECT: 4 }

/** A pcapng file: an interface a device, each packet with its direction, its number, and its verdict as a comment. */
export class PcapngOutput implements Output {
  readonly #nameOf: NameDevice
  readonly #snaplen: number
  readonly #interfaces = new Map<string, number>()
  #last = 0n
  #begun = false

  constructor(nameOf: NameDevice, snaplen: number) {
    this.#nameOf = nameOf
    this.#snaplen = snaplen
  }

  frame(frame: Frame): Uint8Array {
    this.#last = frame.timestamp
    const { timestamp, departure, verdict, packet, queue, bytes, length } = frame
    const parts = [...this.#begin(), ...this.#interface(this.#nameOf(frame))]
    const block = pcapngPacket({
      bytes,
      timestamp,
      originalLength: length,
      interface: this.#interfaces.get(this.#nameOf(frame)) ?? 0,
      direction: departure ? 'out' : 'in',
      packetId: packet,
      queue,
      xdpAction: actions[verdict.action],
      comment: `${verdict.name}: ${verdict.description}`,
    })
    return Buffer.concat([...parts, block])
  }

  /** What was lost stands at the first device: nobody knows which one it was on. */
  end({ packets, lost }: CaptureCounts): Uint8Array {
    const begun = this.#begin()
    if (this.#interfaces.size === 0) return Buffer.concat(begun)
    return Buffer.concat([...begun, pcapngStatistics({ timestamp: this.#last, received: packets, dropped: lost })])
  }

  #begin(): Uint8Array[] {
    if (this.#begun) return []
    this.#begun = true
    return [pcapngHeader({ application: `skep-lb ${version}` })]
  }

  #interface(name: string): Uint8Array[] {
    if (this.#interfaces.has(name)) return []
    this.#interfaces.set(name, this.#interfaces.size)
    return [pcapngInterface({ name, snaplen: this.#snaplen })]
  }
}
