import { apply, write } from '../src/apply.ts'
import { parseWords } from '../src/address.ts'
import { protocolNumbers } from '../src/key.ts'
import type { LbMaps } from '../src/maps.ts'
import type { Plan } from '../src/plan.ts'
import type { Desired } from '../src/service.ts'
import { copyMaps } from './maps.ts'
import { type Outcome, outcome, type TestPacket, walk } from './packet.ts'

/** Packets of some clients to every frontend of these states, to the addresses alone, and to the own addresses. */
export function packetsFor(states: readonly Desired[], clients: number): TestPacket[] {
  const texts = new Set<string>()
  const packets: TestPacket[] = []
  const add = (address: string, port: number, protocol: number, client: number): void => {
    const text = [address, port, protocol, client].join(' ')
    if (texts.has(text)) return
    texts.add(text)
    const words = new Uint32Array(4)
    const family = parseWords(address, words, 0)!
    const from = new Uint32Array(4)
    parseWords(family === 2 ? `198.51.100.${client}` : `2001:db8:c::${client}`, from, 0)
    packets.push({ family, client: from, clientPort: 40000 + 7 * client, address: words, port, protocol })
  }
  for (const { services, sources } of states) {
    for (const { address, port, protocol } of services.flatMap(({ frontends }) => frontends)) {
      for (let client = 1; client <= clients; client++) add(address, port, protocolNumbers[protocol], client)
      add(address, 0, 0, 0)
    }
    for (const address of sources.values()) add(address, 0, 0, 0)
  }
  return packets
}

/** Numbers from 0 up to a bound: how a run interleaves. */
export type Dice = (bound: number) => number

/**
 * Applies a plan store by store with packets under way all the time, each of which may stand still between any two of its
 * loads; a grace period lets those that are on their way finish. Stops after `killAt` stores. Throws when any packet goes
 * where it went neither before the plan nor would go after it. Returns whether the plan was done.
 */
export function applyUnderTraffic(
  { steps }: Plan,
  maps: LbMaps,
  packets: readonly TestPacket[],
  dice: Dice,
  killAt = Infinity,
): boolean {
  const traffic = new Traffic({ steps }, maps, packets, dice)
  const watched: LbMaps = { ...maps, gracePeriod: () => traffic.finish() }
  let stores = 0
  for (const step of steps) {
    for (const _ of write(step, watched)) {
      traffic.go()
      if (++stores >= killAt) {
        traffic.finish()
        return false
      }
    }
  }
  traffic.finish()
  return true
}

class Traffic {
  readonly #maps: LbMaps
  readonly #packets: readonly TestPacket[]
  readonly #dice: Dice
  readonly #allowed: readonly (readonly Outcome[])[]
  readonly #underWay: { readonly packet: number; readonly steps: Generator<undefined, Outcome> }[] = []

  constructor(plan: Pick<Plan, 'steps'>, maps: LbMaps, packets: readonly TestPacket[], dice: Dice) {
    const after = copyMaps(maps)
    apply(plan, after)
    this.#maps = maps
    this.#packets = packets
    this.#dice = dice
    this.#allowed = packets.map((packet) => [outcome(maps, packet), outcome(after, packet)])
  }

  /** Some packets come, some get on. */
  go(): void {
    if (this.#packets.length === 0) return
    for (let i = this.#dice(3); i > 0; i--) {
      const packet = this.#dice(this.#packets.length)
      this.#underWay.push({ packet, steps: walk(this.#maps, this.#packets[packet]!) })
    }
    for (let i = this.#dice(6); i > 0 && this.#underWay.length > 0; i--) {
      this.#advance(this.#dice(this.#underWay.length), this.#dice(20))
    }
  }

  /** Everything that is under way arrives. */
  finish(): void {
    while (this.#underWay.length > 0) this.#advance(0, Infinity)
  }

  #advance(index: number, loads: number): void {
    const { packet, steps } = this.#underWay[index]!
    for (let i = 0; i <= loads; i++) {
      const { done, value } = steps.next()
      if (!done) continue
      this.#underWay.splice(index, 1)
      return this.#check(packet, value)
    }
  }

  /** Is this an own address for the datapath at this moment? */
  #isKnown(source: string): boolean {
    const address = new Uint32Array(4)
    const family = parseWords(source, address, 0)!
    const packet = { family, address, port: 0, protocol: 0, client: address, clientPort: 0 }
    return outcome(this.#maps, packet).verdict === 'own-source'
  }

  /** The member must be the old or the new one; its own address may change while it stays, but is never none. */
  #check(packet: number, { verdict, backend, source, refused }: Outcome): void {
    const [before, after] = this.#allowed[packet] as [Outcome, Outcome]
    if (refused) return this.#checkRefused(packet)
    if (source !== undefined && !this.#isKnown(source)) throw new Error(`replies to ${source} would not be recognised`)
    const same = (other: Outcome): boolean => other.verdict === verdict && other.backend === backend
    const isAdmitted = isForNobody(verdict) || admits(before) || admits(after)
    if (isAdmitted && (same(before) || same(after)) && source !== '0.0.0.0' && source !== '::') return
    const all = JSON.stringify({ packet: this.#packets[packet], before, after, got: { verdict, backend, source } })
    throw new Error(`a packet went astray: ${all}`)
  }

  /** A service's ranges and its ring change one after the other, each at once. */
  #checkRefused(packet: number): void {
    if (this.#allowed[packet]!.some((allowed) => allowed.refused)) return
    throw new Error(`a packet was refused: ${JSON.stringify(this.#packets[packet])}`)
  }
}

function isForNobody(verdict: string): boolean {
  return ['pass', 'address-only', 'own-source'].includes(verdict)
}

function admits({ verdict, refused }: Outcome): boolean {
  return !isForNobody(verdict) && !refused
}
