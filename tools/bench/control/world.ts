import type { Backend, Desired, Service } from '@skep/lb-maps'
import { own, vip } from '../../../packages/datapath/test/lab.ts'

/** Services with backends each, on ports of one address from 1000 up. */
export class World {
  readonly #services: Service[]
  readonly #all: readonly Backend[][]
  readonly #absent: readonly Set<number>[]
  readonly #sources: ReadonlyMap<string, string>

  constructor(services: number, each: number) {
    this.#all = Array.from({ length: services }, (_, i) =>
      Array.from({ length: each }, (_, j) => backend(i * each + j)),
    )
    this.#absent = this.#all.map(() => new Set())
    this.#services = this.#all.map((backends, i) => ({
      name: `service-${i}`,
      frontends: [{ address: vip.v4, port: portOf(i), protocol: 'TCP' }],
      backends,
    }))
    this.#sources = new Map(this.#all.flat().map(({ address }) => [address, own.v4]))
  }

  get desired(): Desired {
    return { services: this.#services, sources: this.#sources }
  }

  /** One change: a backend goes, or comes back if it is away. */
  toggle(service: number, backend: number): void {
    const absent = this.#absent[service]!
    if (!absent.delete(backend)) absent.add(backend)
    const backends = this.#all[service]!.filter((_, i) => !absent.has(i))
    this.#services[service] = { ...this.#services[service]!, backends }
  }

  addressOf(service: number, backend: number): string {
    return this.#all[service]![backend]!.address
  }
}

export function portOf(service: number): number {
  return 1000 + service
}

function backend(number: number): Backend {
  return { address: `172.${16 + (number >>> 16)}.${(number >>> 8) & 255}.${number & 255}`, port: 8443 }
}
