import { formatWords } from '../src/address.ts'
import { hashWords } from '../src/hash.ts'
import { AF_INET, RING_SLOT_EMPTY, swapPort, swapWord } from '../src/layout.ts'
import type { LbMaps } from '../src/maps.ts'

/** A packet on its way to a service, or with port and protocol 0 to an address. */
export interface TestPacket {
  readonly family: 2 | 10
  /** Four words in map order. */
  readonly client: Uint32Array
  readonly clientPort: number
  readonly address: Uint32Array
  readonly port: number
  readonly protocol: number
}

/** Where it went: `pass` (no such service), `address-only`, `own-source`, `no-backend`, `no-member`, or `backend`. */
export interface Outcome {
  readonly verdict: string
  readonly backend?: string
  readonly source?: string
  /** It did not go there, as the service's ranges do not admit it. */
  readonly refused?: boolean
}

const low = 0xffffffffn

/**
 * bpf/lib/service.h and select.h once more, a load at a time: yields between two loads, so that a writer can come between.
 * Written from the C code and the struct layouts, not from this package's own lookup.
 */
export function* walk(maps: LbMaps, packet: TestPacket): Generator<undefined, Outcome> {
  const service = yield* lookUp(maps, packet)
  if (service === undefined) return { verdict: 'pass' }
  if (service === 0xffffffff) return { verdict: 'address-only' }
  if (service === 0xfffffffe) return { verdict: 'own-source' }
  const refused = !(yield* isInRanges(maps, packet, service))
  return { ...(yield* select(maps, packet, service)), ...(refused ? { refused } : {}) }
}

/** bpf/lib/admission.h: by halves over the lines, then the bounds of one. */
function* isInRanges({ services, ranges }: LbMaps, packet: TestPacket, service: number): Generator<undefined, boolean> {
  yield
  const word = services.words[service * 16 + 12]!
  if (word === 0) return true
  const client = [...packet.client].map((one) => BigInt(swapWord(one))) as [bigint, bigint, bigint, bigint]
  const [high, low] = [(client[0] << 32n) | client[1], (client[2] << 32n) | client[3]]
  const reaches = (line: number, bound: number): boolean => {
    const at = ((word >>> 5) + line) * 8 + 2 * bound
    return high > ranges.longs[at]! || (high === ranges.longs[at] && low >= ranges.longs[at + 1]!)
  }
  let line = 0
  for (let step = 2 ** ((word & 31) - 1) / 2; step >= 1; step /= 2) {
    yield
    if (reaches(line + step, 0)) line += step
  }
  yield
  return [0, 1, 2, 3].filter((bound) => reaches(line, bound)).length % 2 === 1
}

/** The service that a packet's destination leads to. */
export function* lookUp(maps: LbMaps, packet: Destination): Generator<undefined, number | undefined> {
  return packet.family === AF_INET ? yield* lookUp4(maps, packet) : yield* lookUp6(maps, packet)
}

/** The same with nobody in between. */
export function outcome(maps: LbMaps, packet: TestPacket): Outcome {
  const steps = walk(maps, packet)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Do its ranges let this packet in? */
export function admits(maps: LbMaps, packet: TestPacket, service: number): boolean {
  const steps = isInRanges(maps, packet, service)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

type Destination = Pick<TestPacket, 'family' | 'address' | 'port' | 'protocol'>

function tailOf({ port, protocol }: Destination): number {
  return swapPort(port) | (protocol << 16) | (1 << 24)
}

function* lookUp4({ services4, hashKey }: LbMaps, packet: Destination): Generator<undefined, number | undefined> {
  const key = (BigInt(tailOf(packet)) << 32n) | BigInt(packet.address[0]!)
  const hash = hashWords(hashKey.key0, [key])
  for (const half of [hash & low, hash >> 32n]) {
    const bucket = Number(half) & (services4.entries - 1)
    for (let i = 0; i < 4; i++) {
      yield
      if (services4.longs[bucket * 8 + i] !== key) continue
      yield
      return services4.words[bucket * 16 + 8 + i]!
    }
    yield
    if (services4.words[bucket * 16 + 12] === 0) return undefined
  }
  return undefined
}

function* lookUp6({ services6, hashKey }: LbMaps, packet: Destination): Generator<undefined, number | undefined> {
  const [a, b, c, d] = [...packet.address].map(BigInt) as [bigint, bigint, bigint, bigint]
  const tail = tailOf(packet)
  const hash = hashWords(hashKey.key0, [a | (b << 32n), c | (d << 32n), BigInt(tail)])
  for (const half of [hash & low, hash >> 32n]) {
    const bucket = Number(half) & (services6.entries - 1)
    for (let i = 0; i < 2; i++) {
      yield
      const found = services6.longs[bucket * 8 + i]!
      if (Number(found >> 32n) !== tail) continue
      yield
      const at = bucket * 16 + 4 + 4 * i
      if (packet.address.every((word, w) => services6.words[at + w] === word)) return Number(found & low)
    }
    yield
    if (services6.words[bucket * 16 + 12] === 0) return undefined
  }
  return undefined
}

function hashOf({ hashKey }: LbMaps, { family, client, clientPort, port, protocol }: TestPacket): bigint {
  const [a, b, c, d] = [...client].map(BigInt) as [bigint, bigint, bigint, bigint]
  const ports = BigInt(swapPort(clientPort)) | (BigInt(swapPort(port)) << 16n)
  const words = family === AF_INET ? [a | (ports << 32n)] : [a | (b << 32n), c | (d << 32n), ports]
  return hashWords(hashKey.key1 ^ BigInt(protocol), words)
}

function* select(maps: LbMaps, packet: TestPacket, service: number): Generator<undefined, Outcome> {
  yield
  const both = maps.services.longs[service * 8]!
  const log2 = both & 31n
  if (log2 < 7n) return { verdict: 'no-backend' }
  const slot = Number(hashOf(maps, packet) >> (64n - log2))
  yield
  const number = maps.rings.shorts[Number((both & low) >> 5n) * 32 + slot]!
  if (number === RING_SLOT_EMPTY) return { verdict: 'no-backend' }
  yield
  const id = maps.memberIds.words[Number(both >> 32n) * 16 + number]!
  yield
  const tail = maps.members.words[id * 8 + 4]!
  if (tail >>> 24 === 0) return { verdict: 'no-member' }
  const address = formatWords(maps.members.words, id * 8, (tail >>> 16) & 0xff)
  const source = maps.members.words[id * 8 + 5]!
  yield
  const backend = `${address} ${swapPort(tail & 0xffff)}`
  return { verdict: 'backend', backend, source: formatWords(maps.sources.words, source * 4, packet.family) }
}
