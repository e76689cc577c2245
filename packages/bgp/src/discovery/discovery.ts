/** A router on a link of ours. */
export interface Neighbor {
  /** Link-local. */
  readonly address: string
  /** The index of the device that it is heard by. */
  readonly device: number
}

/** What comes of watching. */
export interface DiscoveryEvents {
  /** A router says that it is there; it does so again and again. */
  heard(neighbor: Neighbor): void
  /** We cannot make ourselves heard, or hear; tried again. */
  failed(why: string): void
}

/** Finds routers by what they say of themselves on a link, and has them find us. */
export interface Discovery {
  /** Until it is disposed of. */
  watch(device: string, events: DiscoveryEvents): Disposable
}
