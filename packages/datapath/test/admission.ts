import { type LbXdp, type RangeBound } from '../src/lb-xdp.ts'
import { RANGE_LINES } from './balancer-load.ts'
import { toWords } from './words.ts'
import { zero } from './zero.ts'

const LINE_BOUNDS = 4

export interface Limit {
  readonly perSecond: number
  readonly burst: number
  /** In bits. */
  readonly prefix: number
}

type Maps = Pick<LbXdp['maps'], 'services' | 'ranges' | 'rates'>

/** Whom a balancer's services admit. */
export class Admission {
  readonly #maps: Maps

  constructor(maps: Maps) {
    this.#maps = maps
  }

  /** Who may reach a service: from the first address on, up to before the second, and so on. */
  setRanges(service: number, addresses: readonly string[]): void {
    const { services, ranges } = this.#maps
    const lines = 2 ** Math.ceil(Math.log2(Math.max(1, addresses.length / LINE_BOUNDS)))
    const bounds = Array.from({ length: lines * LINE_BOUNDS }, (_, i) => boundAt(addresses[i]))
    for (let line = 0; line < lines; line++)
      ranges.set(service * RANGE_LINES + line, { bounds: bounds.slice(line * LINE_BOUNDS, (line + 1) * LINE_BOUNDS) })
    const word = ((service * RANGE_LINES) << 5) | (Math.log2(lines) + 1)
    services.set(service, { ...services.get(service)!, ranges: word })
  }

  /** How often the clients of one prefix, of so many bits, may open connections to a service. */
  setLimit(service: number, { perSecond, burst, prefix }: Limit): void {
    const { services } = this.#maps
    const interval = BigInt(Math.round(1e9 / 256 / perSecond))
    const limit = interval | (BigInt(burst) << 32n) | (BigInt(prefix) << 48n)
    services.set(service, { ...services.get(service)!, limit })
  }

  /** What clients have opened so far is forgotten. */
  forgetRates(): void {
    zero(this.#maps.rates)
  }

  /** As if so much time had gone by that everybody has paid: a word's time becomes that of an hour ago. */
  payRates(): void {
    const ago = process.hrtime.bigint() / 256n - 10n ** 9n
    for (const [line, { words }] of this.#maps.rates) {
      const paid = words.map((word) => word && BigInt.asUintN(32, word) | (BigInt.asUintN(32, ago) << 32n))
      this.#maps.rates.set(line, { words: paid })
    }
  }
}

/** As struct range_bound has an address; without one, the last of all. */
function boundAt(address?: string): RangeBound {
  if (address === undefined) return { high: 2n ** 64n - 1n, low: 2n ** 64n - 1n }
  const [a, b, c, d] = toWords(address).map(BigInt) as [bigint, bigint, bigint, bigint]
  return { high: (a << 32n) | b, low: (c << 32n) | d }
}
