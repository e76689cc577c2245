import type { LbXdp } from '@skep/datapath/lb-xdp'
import type { MappedArray } from 'libbpf-ts'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import { planOwnAddresses, watchedLinks } from './plan.ts'
import { addressWords } from './words.ts'

/**
 * Keeps the datapath's table of the MAC addresses that frames for this host have. Frames for others, which a promiscuous
 * device and a switch that floods bring, are the kernel's to drop.
 */
export class OwnAddresses implements Disposable {
  readonly #netlink: Netlink
  readonly #mapping: MappedArray
  readonly #words: BigUint64Array
  #devices: readonly number[] = []
  #watched: ReadonlySet<number> = new Set()

  constructor(netlink: Netlink, { ownAddresses }: Pick<LbXdp['maps'], 'ownAddresses'>) {
    this.#netlink = netlink
    this.#mapping = ownAddresses.mmap()
    this.#words = new BigUint64Array(this.#mapping.buffer)
  }

  /** The devices, by index, that carry the program from now on. */
  want(devices: readonly number[]): void {
    this.#devices = devices
    this.#sync()
  }

  /** Takes note of an event at once: an address that has changed is asked for from the next frame on. */
  note(event?: MonitorEvent): void {
    if (event === undefined || event.type === 'resync') this.#sync()
    else if (event.type === 'link' && this.#concerns(event.value)) this.#sync()
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]()
  }

  #concerns({
    index,
    master = 0,
    link = 0,
  }: {
    readonly index: number
    readonly master?: number
    readonly link?: number
  }): boolean {
    return [index, master, link].some((each) => this.#watched.has(each))
  }

  /** What comes is written before what goes is taken away. */
  #sync(): void {
    const links = [...this.#netlink.link.list({ statistics: false })]
    this.#watched = watchedLinks(links, this.#devices)
    const { words } = addressWords(planOwnAddresses(links, this.#devices))
    words.forEach((word, place) => word !== 0n && this.#store(place, word))
    words.forEach((word, place) => word === 0n && this.#store(place, word))
  }

  #store(place: number, word: bigint): void {
    if (this.#words[place] !== word) Atomics.store(this.#words, place, word)
  }
}
