import type { Part, TcpFlag } from '@skep/packet'
import { NatState } from '../src/lb_xdp.gen.ts'
import { backend, own, spare } from './lab.ts'
import { datagram, type Family, leg, packet, segment, sent } from './packets.ts'
import type { Stage } from './stage.ts'

const { clientToVip, ownToBackend, backendToOwn } = leg

/** The stage's services, which `addService` numbered in this order. */
export const ids = { v4: { tcp: 0, udp: 1 }, v6: { tcp: 2, udp: 3 } } as const

/** One client and one member that speak through a stage's load balancer. */
export class Conversation {
  readonly #at: Stage

  constructor(at: Stage) {
    this.#at = at
  }

  /** The verdict on a client's segment. */
  fromClient(family: Family, ...flags: TcpFlag[]): string {
    return this.#at.run(packet(family, clientToVip, segment(40000, 80, ...flags))).verdict
  }

  /** The verdict on a member's segment. */
  fromMember(family: Family, ...flags: TcpFlag[]): string {
    return this.#at.run(packet(family, backendToOwn, segment(8080, 40000, ...flags)), this.#at.net.back).verdict
  }

  /** Establishes a connection; fails if it is not established then. */
  handshake(family: Family): void {
    const verdicts = [
      this.fromClient(family, 'syn'),
      this.fromMember(family, 'syn', 'ack'),
      this.fromClient(family, 'ack'),
    ]
    const expected = ['REDIRECT_TO_BACKEND', 'REDIRECT_TO_CLIENT', 'REDIRECT_TO_BACKEND']
    if (verdicts.join() !== expected.join() || this.state() !== NatState.NAT_ESTABLISHED)
      throw new Error(`no connection: ${verdicts.join(', ')}, state ${this.state()}`)
  }

  /** The state of the only connection. */
  state(): number {
    return this.#at.lb.nat.connection().entry.state
  }

  /** Where the client's next segment of this kind goes. */
  goesTo(family: Family, ...flags: TcpFlag[]): string {
    return this.#wayOf(family, (from, to) => segment(from, to, ...flags))
  }

  datagramGoesTo(family: Family): string {
    return this.#wayOf(family, datagram)
  }

  /** The ring gives all new connections to the spare backend; the first one may be taken out altogether (`used` 0). */
  moveRing(family: Family, used = 1, protocol: 'tcp' | 'udp' = 'tcp'): void {
    const { lb } = this.#at
    const id = ids[family][protocol]
    lb.setMember(10, { address: spare[family], port: 8080 }, id, lb.source(own[family]))
    lb.setMember(id, { address: backend[family], port: 8080 }, id, lb.source(own[family]), used)
    const members = lb.lb.maps.memberIds.get(id)!.ids
    lb.lb.maps.memberIds.set(id, { ids: members.map((member, i) => (i === 1 ? 10 : member)) })
    lb.writeRing(id, 2, 1)
  }

  /** Makes the only connection's last packet `seconds` older. */
  ageBy(seconds: number): void {
    const { lb } = this.#at
    lb.nat.age(lb.nat.connection().index, seconds * lb.config.jiffiesPerSecond)
  }

  #wayOf(family: Family, header: (from: number, to: number) => Part): string {
    const { packet: found } = this.#at.run(packet(family, clientToVip, header(40000, 80)))
    const { natPort } = this.#at.lb.nat.connection().entry
    for (const [name, destination] of Object.entries({ backend, spare })) {
      const expected = sent(family, { ...ownToBackend, destination }, header(natPort, 8080))
      if (Buffer.compare(expected, found) === 0) return name
    }
    throw new Error('it goes to neither backend')
  }
}
