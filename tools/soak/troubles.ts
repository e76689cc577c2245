import { type EchoServer, type Host, httpServer } from '@skep/testbed'
import type { LoadBalancer } from '../../examples/demo/load-balancer.ts'
import { configText, HEALTH_PORT, type Mode } from './config.ts'
import type { Troubles } from './report.ts'

const FLAP_EVERY = 4

export interface Pace {
  readonly seconds: number
  readonly killEvery: number
  readonly mode: Mode
  readonly tell: (troubles: Troubles) => void
}

/** The health of a host, whose check can be made to fail. */
export class Health implements AsyncDisposable {
  readonly #host: Host
  #server: EchoServer | undefined

  constructor(host: Host) {
    this.#host = host
  }

  async toggle(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server) await server[Symbol.asyncDispose]()
    else this.#server = await httpServer(this.#host, { port: HEALTH_PORT })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]()
  }
}

/**
 * Every second a configuration, in which the third backend comes or goes; every few seconds the second one's health
 * turns; after each `killEvery` seconds a `kill -9` and a new start.
 */
export async function trouble(lb: LoadBalancer, health: Health, pace: Pace): Promise<Troubles> {
  const { seconds, killEvery, mode, tell } = pace
  const begin = performance.now()
  const elapsed = (): number => (performance.now() - begin) / 1000
  const kills = Math.floor((seconds - 1) / killEvery)
  const done = { reloads: 0, kills: 0, flaps: 0 }
  while (elapsed() < seconds || done.kills < kills) {
    const next = new Promise((resolve) => setTimeout(resolve, 1000))
    lb.write(configText(done.reloads % 2 === 0 ? [1, 2] : [1, 2, 3], mode))
    await lb.apply()
    if (++done.reloads % FLAP_EVERY === 0) {
      await health.toggle()
      done.flaps++
    }
    if (done.kills < kills && elapsed() >= killEvery * (done.kills + 1)) {
      await lb.kill()
      await lb.start()
      done.kills++
    }
    tell(done)
    await next
  }
  return done
}
