import { EchoConnection } from '../traffic/echo-connection.ts'
import type { RequestFailure } from '../traffic/report.ts'
import type { BrokenConnection, HeldReport, HoldOptions } from './options.ts'
import { answered } from '../patience.ts'

const openAtOnce = 64

/** Keeps connections open in this thread. */
export class ConnectionHolder {
  readonly #connections = new Set<EchoConnection>()
  readonly #options: HoldOptions
  #checks = 0

  constructor(options: HoldOptions) {
    this.#options = options
  }

  /** Opens them all and checks them once. */
  async open(): Promise<HeldReport> {
    const { address, port, connections, timeoutMs = answered(5000) } = this.#options
    const failed: BrokenConnection[] = []
    for (let opened = 0; opened < connections; opened += openAtOnce) {
      const count = Math.min(openAtOnce, connections - opened)
      const batch = Array.from({ length: count }, () => new EchoConnection({ address, port, timeoutMs }, () => {}))
      for (const connection of batch) this.#connections.add(connection)
      failed.push(...(await this.#exchange(batch)))
    }
    return this.#report(failed)
  }

  /** Sends a message over each and awaits its echo; what does not answer is told once and given up. */
  async check(): Promise<HeldReport> {
    return this.#report(await this.#exchange([...this.#connections]))
  }

  close(): void {
    for (const connection of this.#connections) connection.reset()
    this.#connections.clear()
  }

  async #exchange(connections: readonly EchoConnection[]): Promise<BrokenConnection[]> {
    const message = Buffer.from(`check ${this.#checks++}\n`)
    const results = await Promise.all(connections.map((connection) => this.#try(connection, message)))
    return results.filter((broken) => broken !== undefined)
  }

  async #try(connection: EchoConnection, message: Buffer): Promise<BrokenConnection | undefined> {
    const { server } = connection
    try {
      await connection.exchange(message)
      return undefined
    } catch (error) {
      this.#connections.delete(connection)
      connection.reset()
      const { message: reason, sourcePort } = error as RequestFailure
      return {
        reason,
        ...(server === undefined ? {} : { server }),
        ...(sourcePort === undefined ? {} : { sourcePort }),
      }
    }
  }

  #report(broken: readonly BrokenConnection[]): HeldReport {
    const perServer: Record<string, number> = {}
    for (const { server = 'unknown' } of this.#connections) perServer[server] = (perServer[server] ?? 0) + 1
    return { alive: this.#connections.size, perServer, broken }
  }
}
