import type { Neighbor } from '../discovery/discovery.ts'
import { LEARNT, type PeerConfig } from './peer-config.ts'
import type { Surroundings } from './surroundings.ts'

/** A router that was not heard for so long may be another one now: three of its advertisements. */
const SILENT_MS = 30_000

/** Where a peer is: as it is configured, or as the router on its device says. */
export class PeerAddress implements Disposable {
  readonly #config: PeerConfig
  readonly #around: Surroundings
  readonly #moved: (before: string | undefined) => void
  #known: Neighbor | undefined
  #heardAt = 0
  #watch: Disposable | undefined
  #trouble: string | undefined

  /** `moved`: another address is known than before. */
  constructor(config: PeerConfig, around: Surroundings, moved: (before: string | undefined) => void) {
    this.#config = config
    this.#around = around
    this.#moved = moved
  }

  /** `undefined` until a router is heard. */
  get now(): string | undefined {
    return this.#config.address === LEARNT ? this.#known?.address : this.#config.address
  }

  /** Why there is none. */
  get missing(): string {
    return this.#trouble ?? `no router is heard on ${this.#config.device}`
  }

  /** Whether the peer may be who connects from there; `device`: the index of a link-local address's device. */
  is(address: string, device: number | undefined): boolean {
    if (address !== this.now) return false
    return device === undefined || this.#known === undefined || this.#known.device === device
  }

  /** Listens for the router, where the address is to be learnt. */
  watch(): void {
    const { address, device } = this.#config
    if (address !== LEARNT || this.#watch !== undefined) return
    this.#watch = this.#around.discovery.watch(device!, {
      heard: (neighbor) => this.#heard(neighbor),
      failed: (why) => {
        this.#trouble = why
        this.#around.tell({ peer: this.#config.name, what: why, error: true })
      },
    })
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]()
    this.#watch = undefined
  }

  /** Of several routers on the link the first counts, as long as it is heard. */
  #heard(neighbor: Neighbor): void {
    const now = this.#around.timers.elapsed()
    const before = this.#known
    const isSame = before?.address === neighbor.address && before.device === neighbor.device
    if (before !== undefined && !isSame && now - this.#heardAt < SILENT_MS) return
    this.#heardAt = now
    if (isSame) return
    this.#known = neighbor
    this.#trouble = undefined
    this.#moved(before?.address)
  }
}
