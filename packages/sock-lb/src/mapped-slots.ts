import { type SockLb, type SockSlot, sockSlotCodec } from '@skep/datapath/sock-lb'
import { orderFor } from '@skep/lb-maps'
import type { Slots } from './slots.ts'
import type { BackendState } from './state.ts'
import { wordsOf } from './words.ts'

/** Slots are mapped together with their neighbours, half a megabyte at a time: what is mapped counts as memory of this process. */
const WINDOW = 2 ** 14

/** Backends by their ids. */
export type BackendOf = (id: number) => BackendState | undefined

/** The blocks of `sock_slots`, mapped where they are used. */
export class MappedSlots implements Disposable {
  readonly #map: SockLb['maps']['sockSlots']
  readonly #stack = new DisposableStack()
  readonly #windows = new Map<string, DataView>()

  constructor(map: SockLb['maps']['sockSlots']) {
    this.#map = map
  }

  /** Writes a block that no service leads to yet. */
  write(block: number, slots: Slots, backendOf: BackendOf): void {
    const { active, draining } = slots
    const all: SockSlot[] = [
      { backend: active.length, draining: draining.length, address: [0, 0, 0, 0], port: 0 },
      ...[...active, ...draining].map((id) => slotOf(id, backendOf(id))),
    ]
    const { view, first } = this.#window(block, all.length)
    for (const [i, slot] of all.entries()) sockSlotCodec.write(view, (block - first + i) * sockSlotCodec.size, slot)
  }

  /** `undefined`: what cannot be a block. */
  read(block: number): Slots | undefined {
    if (block >= this.#map.length) return undefined
    const [header] = this.#read(block, 1)
    const [active, count] = [header!.backend, header!.backend + header!.draining]
    if (block + 1 + count > this.#map.length) return undefined
    const ids = this.#read(block, 1 + count).map(({ backend }) => backend)
    return { active: ids.slice(1, 1 + active), draining: ids.slice(1 + active) }
  }

  #read(block: number, count: number): SockSlot[] {
    const { view, first } = this.#window(block, count)
    return Array.from({ length: count }, (_, i) => sockSlotCodec.read(view, (block - first + i) * sockSlotCodec.size))
  }

  /** What is read after a crash may be no block, and lie over two windows: it is mapped by itself, from the page it begins in. */
  #window(block: number, count: number): { readonly view: DataView; readonly first: number } {
    const length = Math.max(2 ** orderFor(count), WINDOW)
    const first = block - (block % length)
    const isWithin = block + count <= first + length
    const last = Math.min(isWithin ? first + length : block + count, this.#map.length)
    const key = `${first} ${last}`
    const known = this.#windows.get(key)
    if (known) return { view: known, first }
    const view = new DataView(this.#stack.use(this.#map.mmap({ from: first, count: last - first })).buffer)
    this.#windows.set(key, view)
    return { view, first }
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }
}

function slotOf(id: number, backend: BackendState | undefined): SockSlot {
  return {
    backend: id,
    draining: 0,
    address: backend ? wordsOf(backend.address) : [0, 0, 0, 0],
    port: backend?.port ?? 0,
  }
}
