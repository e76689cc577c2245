import type { HealthEvent, HealthProcess, HealthProcessOptions, ServiceHealth } from '../src/index.ts'
import { startHealthProcess } from '../src/index.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { check } from './run.ts'
import type { DesiredService } from '../src/check/desired.ts'

/** A control plane under test: what it was told, and ways to wait for more. */
export class Watched {
  readonly events: HealthEvent[] = []
  readonly changes: ServiceHealth[] = []
  #wake: () => void = () => {}
  #health: HealthProcess | undefined

  get health(): HealthProcess {
    return this.#health!
  }

  static async start(options: Pick<HealthProcessOptions, 'socket'> & Partial<HealthProcessOptions>): Promise<Watched> {
    const watched = new Watched()
    watched.#health = await startHealthProcess({
      orphanSeconds: 60,
      ...options,
      onChange: (changed) => {
        watched.changes.push(...changed)
        watched.#wake()
      },
      onEvent: (event) => {
        watched.events.push(event)
        watched.#wake()
      },
    })
    return watched
  }

  /** Resolves as soon as it holds; it is looked at after every event and change. */
  async until<T>(holds: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = holds()
      if (found !== undefined && found !== false) return found
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** The statuses of a service's backends, once they are these. */
  statuses(service: string, wanted: readonly string[]): Promise<unknown> {
    return this.until(() => this.statusesNow(service).join() === wanted.join())
  }

  statusesNow(service: string): string[] {
    const health = this.health.health().find((one) => one.service === service)
    return health?.backends.map(({ status }) => status) ?? []
  }
}

/** A service that is checked ten times a second and believed at once. */
export function quick(name: string, ports: readonly number[], more: object = {}): DesiredService {
  const written = { tcp: {}, intervalSeconds: 0.1, timeoutSeconds: 0.1, rise: 1, fall: 1, panicThreshold: 0, ...more }
  return {
    name,
    check: check(written),
    backends: ports.map((port) => ({ address: '127.0.0.1', port, weight: 1 })),
  }
}

/** A folder for sockets that goes with its scope. */
export function folder(): Disposable & { readonly socket: string } {
  const path = mkdtempSync(`${tmpdir()}/skep-health-`)
  return { socket: `${path}/health.sock`, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
