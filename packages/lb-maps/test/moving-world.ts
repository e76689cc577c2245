import { advance } from '../src/advance.ts'
import type { Actual } from '../src/actual.ts'
import { write } from '../src/apply.ts'
import type { Now } from '../src/clock.ts'
import { findKey } from '../src/lookup.ts'
import { serviceKey } from '../src/key.ts'
import { parseWords } from '../src/address.ts'
import { hashWords } from '../src/hash.ts'
import { type LbMaps, memoryMaps, type TableSizes } from '../src/maps.ts'
import { type Plan, plan } from '../src/plan.ts'
import { readActual } from '../src/read-actual.ts'
import type { Backend, Desired, Service } from '../src/service.ts'
import { choose, type Intent, isRecorded, lastValue, type Machine } from './datapath.ts'
import { copyMaps, sizes, testKey } from './maps.ts'
import type { Dice } from './traffic.ts'

/** Small, so that a thousand runs are quick. */
export const worldSizes: TableSizes = {
  ...sizes,
  services: 4,
  rings: 64,
  moves: 64,
  memberIds: 16,
  members: 64,
  records: 256,
}

/** So few that records are never full: what happens then is for other tests. */
const MOST_CONNECTIONS = 40

export const IDLE = 9
export const DRAIN = 5

/** A service, but for its backends. */
export type Shape = Omit<Service, 'name' | 'frontends' | 'backends'> & { readonly protocol: 'TCP' | 'UDP' }

/** A client's connection and the member that has it, as the client sees it. */
interface Connection {
  readonly flow: bigint
  owner: number | undefined
  lastPacket: number
  /** Nothing but SYNs until now. */
  isNew: boolean
  /** The packet that is on its way. */
  packet: { readonly intent: Intent; readonly steps: Generator<undefined, number> } | undefined
}

/**
 * One service with backends that come and go, a load balancer in front of it that may be killed at any store, and clients
 * whose connections have to stay where they are.
 */
export class MovingWorld {
  readonly maps: LbMaps
  readonly backends = new Map<number, Backend>()
  readonly #shape: Shape
  readonly #dice: Dice
  readonly #machine: Machine
  #time = 65_500 // the maps' 16-bit times wrap soon
  #actual: Actual
  #ringSize: number
  #connections: Connection[] = []
  #flows = 0
  #mostConnections = MOST_CONNECTIONS
  readonly #forgiven = new Set<number>()

  constructor(shape: Shape, dice: Dice, extra: Partial<TableSizes> = {}) {
    this.#shape = shape
    this.#dice = dice
    this.#ringSize = shape.ringSize ?? 128
    this.maps = memoryMaps({ ...worldSizes, ...extra }, testKey, { gracePeriod: () => this.#finishPackets() })
    this.#machine = {
      maps: this.maps,
      recordTime: () => this.#time & 0xffff,
      random: () => dice(1 << 20) / (1 << 20),
    }
    this.#actual = readActual(this.maps)
  }

  get actual(): Actual {
    return this.#actual
  }

  get now(): Now {
    return { seconds: this.#time, epochSeconds: 1_700_000_000 + this.#time, recordTime: this.#time & 0xffff }
  }

  get desired(): Desired {
    const { protocol, ...rest } = this.#shape
    const backends = [...this.backends.values()]
    const frontends = [{ address: '10.0.0.1', port: 80, protocol }]
    const service = { name: 'web', frontends, idleSeconds: IDLE, drainSeconds: DRAIN, ...rest, backends }
    return {
      services: [{ ...service, ringSize: this.#ringSize }],
      sources: new Map(backends.map(({ address }) => [address, '192.168.0.1'])),
    }
  }

  get connections(): number {
    return this.#connections.length
  }

  set(host: number, backend: Partial<Backend> = {}): void {
    this.backends.set(host, { address: `172.16.0.${host}`, port: 80, ...backend })
  }

  set ringSize(size: number) {
    this.#ringSize = size
  }

  /** A process that has just been started: all it knows is in the maps. */
  restart(): void {
    this.#finishPackets()
    this.#actual = readActual(this.maps)
  }

  /** Makes the maps what is desired, unless it is killed after so many stores. True when it was done. */
  reconcile(killAt = Infinity): boolean {
    for (let round = 0; round < 8; round++) {
      const next = plan(this.desired, this.#actual, this.now)
      if (!this.#apply(next, killAt)) return false
      if (!next.planAgain) break
    }
    this.#dropForgiven()
    return true
  }

  tick(killAt = Infinity): boolean {
    return this.#apply(advance(this.#actual, this.now), killAt)
  }

  open(count: number): void {
    for (let i = 0; i < count && this.#connections.length < this.#mostConnections; i++)
      this.#connections.push(this.#newConnection())
    for (const connection of this.#connections) if (connection.owner === undefined) this.#sendNow(connection)
  }

  /** Time goes by, with packets; each connection sends often enough to live. */
  wait(seconds: number, tick: () => void): void {
    for (let i = 0; i < seconds; i++) {
      this.#finishPackets() // none is under way for a second
      this.#time++
      for (const connection of this.#connections) {
        if (this.#time - connection.lastPacket >= IDLE - 3 || this.#dice(3) === 0) this.#sendNow(connection)
      }
      tick()
    }
  }

  /** From now until all is written nobody promises to keep the connections of this backend. */
  forgive(host: number): void {
    const { words } = this.maps.members
    const address = new Uint32Array(4)
    parseWords(`172.16.0.${host}`, address, 0)
    for (let id = 1; id < this.maps.members.entries; id++) if (words[id * 8] === address[0]) this.#forgiven.add(id)
  }

  #dropForgiven(): void {
    this.#finishPackets()
    this.#connections = this.#connections.filter(({ owner }) => owner === undefined || !this.#forgiven.has(owner))
    this.#forgiven.clear()
  }

  /** All clients go, and none comes. */
  endTraffic(): void {
    this.#finishPackets()
    this.#connections = []
    this.#mostConnections = 0
  }

  close(share: number): void {
    this.#finishPackets()
    this.#connections = this.#connections.filter(() => this.#dice(100) >= share)
  }

  copy(): LbMaps {
    return copyMaps(this.maps)
  }

  #apply({ steps, after }: Plan, killAt: number): boolean {
    let stores = 0
    for (const step of steps) {
      for (const _ of write(step, this.maps)) {
        this.#traffic()
        if (++stores < killAt) continue
        this.restart()
        return false
      }
    }
    this.#actual = after
    return true
  }

  #traffic(): void {
    if (this.#connections.length < this.#mostConnections && this.#dice(6) === 0)
      this.#connections.push(this.#newConnection())
    if (this.#connections.length === 0) return
    if (this.#dice(2) === 0) {
      const connection = this.#connections[this.#dice(this.#connections.length)]!
      this.#begin(connection)
      this.#go(connection, this.#dice(30))
    }
  }

  #finishPackets(): void {
    for (const connection of this.#connections) this.#go(connection, Infinity)
    this.#connections = this.#connections.filter(({ owner, packet }) => owner !== 0 && (owner !== undefined || !packet))
  }

  #sendNow(connection: Connection): void {
    this.#go(connection, Infinity)
    this.#begin(connection)
    this.#go(connection, Infinity)
  }

  /** SYNs whose answers were lost come again, and whoever answers to that has the connection. */
  retransmit(): void {
    this.#finishPackets()
    for (const connection of this.#connections) {
      if (connection.isNew && this.#tellsNew) connection.owner = this.#sendSyn(connection)
    }
  }

  /** Somebody else sends SYNs in the name of connections that are recorded. */
  spoof(): void {
    this.#finishPackets()
    if (!this.#tellsNew) return
    for (const { flow, owner } of this.#connections) {
      if (this.#forgiven.has(owner ?? 0) || !isRecorded(this.#machine, this.#service(), flow)) continue
      const member = this.#sendSyn({ flow })
      if (member !== owner) throw new Error(`a SYN in the name of a connection of member ${owner} went to ${member}`)
    }
  }

  #sendSyn({ flow }: Pick<Connection, 'flow'>): number {
    return lastValue(choose(this.#machine, this.#service(), flow, 'opens'))
  }

  get #tellsNew(): boolean {
    const { protocol, sessionAffinity, quic } = this.#shape
    return (protocol === 'TCP' || quic === true) && !sessionAffinity
  }

  #newConnection(): Connection {
    const flow = hashWords(0x5eedn, [BigInt(this.#flows++)])
    return { flow, owner: undefined, lastPacket: this.#time, isNew: true, packet: undefined }
  }

  #begin(connection: Connection): void {
    if (connection.packet !== undefined) return
    const opens = connection.owner === undefined || connection.owner === 0
    const intent: Intent = !this.#tellsNew ? 'unknown' : opens ? 'opens' : 'goes-on'
    if (!opens) connection.isNew = false
    connection.packet = { intent, steps: choose(this.#machine, this.#service(), connection.flow, intent) }
  }

  #go(connection: Connection, loads: number): void {
    for (let i = 0; i <= loads && connection.packet; i++) {
      const { done, value } = connection.packet.steps.next()
      if (!done) continue
      connection.packet = undefined
      connection.lastPacket = this.#time
      if (connection.owner === undefined || connection.owner === 0) connection.owner = value
      else if (this.#forgiven.has(connection.owner)) continue
      else if (connection.owner !== value) {
        throw new Error(`a connection of member ${connection.owner} went to ${value}, at ${this.#time}`)
      }
    }
  }

  #service(): number {
    const words = new Uint32Array(4)
    const family = parseWords('10.0.0.1', words, 0)!
    const key = serviceKey(family, words, 80, this.#shape.protocol === 'TCP' ? 6 : 17)
    return findKey(this.maps, this.#actual.hasher, key)?.service ?? 0
  }
}
