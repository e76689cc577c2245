import type { PeerConfig } from '../src/speaker/peer-config.ts'
import type { SpeakerOptions } from '../src/speaker/options.ts'
import { Speaker } from '../src/speaker/speaker.ts'
import { MemoryNetwork } from './memory-transport.ts'
import { until } from './until.ts'

/** Our speaker and a router, both of this package, in one process. */
export class Pair implements Disposable {
  readonly network: MemoryNetwork = new MemoryNetwork()
  readonly skep: Speaker
  readonly router: Speaker
  readonly said: string[] = []

  constructor(peer: Partial<PeerConfig> = {}, router: Partial<PeerConfig> = {}, options: Partial<SpeakerOptions> = {}) {
    const nextHops = { ipv4: '10.0.0.1', ipv6: 'fd00::1' }
    this.skep = new Speaker({
      asn: 65001,
      routerId: '10.0.0.1',
      listen: { addresses: ['10.0.0.1'] },
      peers: [
        { name: 'tor-1', address: '10.0.0.254', asn: 65000, labels: { rack: 'a' }, connectRetry: 1, nextHops, ...peer },
      ],
      transport: this.network.at('10.0.0.1'),
      onEvent: ({ what }) => this.said.push(what),
      ...options,
    })
    this.router = new Speaker({
      asn: 65000,
      routerId: '10.0.0.254',
      listen: { addresses: ['10.0.0.254'] },
      peers: [{ name: 'skep', address: '10.0.0.1', asn: 65001, passive: true, connectRetry: 1, ...router }],
      transport: this.network.at('10.0.0.254'),
    })
    this.router.start()
    this.skep.start()
  }

  /** Until the session is in this state. */
  async state(wanted: string): Promise<void> {
    await until(
      () => this.skep.peer('tor-1').state,
      (state) => state === wanted,
    )
  }

  /** Until the router has just these prefixes. */
  async has(...prefixes: readonly string[]): Promise<void> {
    const wanted = prefixes.toSorted().join(' ')
    await until(
      () => this.prefixes().join(' '),
      (found) => found === wanted,
    )
  }

  /** What the router has. */
  prefixes(): string[] {
    return this.routes()
      .map(({ prefix }) => prefix)
      .toSorted()
  }

  routes(): ReturnType<Speaker['received']>['ipv4'] {
    return Object.values(this.router.received('skep')).flat()
  }

  [Symbol.dispose](): void {
    this.skep[Symbol.dispose]()
    this.router[Symbol.dispose]()
  }
}
