/** A receive buffer that is used again for every datagram, and replaced by a larger one when one does not fit. */
export class Arena {
  #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  grow(needed: number): void {
    this.#bytes = new Uint8Array(needed * 2)
  }
}

/** rtnetlink's dumps come in parts of 32 KiB at most. */
export const sharedArena: Arena = new Arena(new Uint8Array(64 * 1024))
