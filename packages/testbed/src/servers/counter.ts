import type { ServerStats } from './options.ts'

/** Counts what a server sees. */
export class ServerCounter {
  #connections = 0
  #open = 0
  #requests = 0
  readonly #peers = new Map<string, number>()

  connection(peer: string | undefined): void {
    this.datagram(peer)
    this.#open++
  }

  datagram(peer: string | undefined): void {
    const address = (peer ?? 'unknown').replace(/^::ffff:/, '')
    this.#connections++
    this.#peers.set(address, (this.#peers.get(address) ?? 0) + 1)
  }

  closed(): void {
    this.#open--
  }

  request(): void {
    this.#requests++
  }

  stats(): ServerStats {
    return {
      connections: this.#connections,
      open: this.#open,
      requests: this.#requests,
      peers: Object.fromEntries(this.#peers),
    }
  }
}
