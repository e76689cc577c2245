import { cidrLast, cidrNetwork, formatCidr, isV4Mapped, tryParseCidr } from '@skep/packet'
import { Mixer } from './hash.ts'
import { AF_INET, type Family, RANGE_LINE_BOUNDS, RING_LOG2_BITS, SERVICE, SERVICE_WORDS } from './layout.ts'
import type { LbMaps } from './maps.ts'
import { orderFor } from './blocks.ts'

/** Client addresses, as prefixes of either family. A client must be in an `allow`, if there are any, and in no `deny`. */
export interface SourceRanges {
  readonly allow?: readonly string[] | undefined
  readonly deny?: readonly string[] | undefined
}

/** The ranges of one family, as a block of lines holds them (bpf/include/maps/admission.h). */
export interface RangeList {
  /** Two a bound, upper half first; as long as a block of 2^order lines. */
  readonly words: BigUint64Array
  readonly order: number
  /** Two halves. */
  readonly digest: readonly [number, number]
}

/** Lines of `ranges` that are a service's. */
export interface RangeBlock {
  readonly base: number
  /** Log2 of the number of lines. */
  readonly order: number
}

const ALL_ONES = (1n << 128n) - 1n
const HALF = (1n << 64n) - 1n
const made = new WeakMap<SourceRanges, Map<Family, RangeList>>()

/** What is wrong with a prefix; `undefined` when nothing is. */
export function rangeTrouble(text: unknown): string | undefined {
  const cidr = typeof text === 'string' ? tryParseCidr(text) : undefined
  if (!cidr) return 'is not a prefix; write one like 192.0.2.0/24, 192.0.2.1/32 or 2001:db8::/32'
  if (isV4Mapped(cidr.address.bytes)) return 'is IPv4 inside IPv6, which no packet carries; write the IPv4 prefix'
  const network = formatCidr({ ...cidr, address: cidrNetwork(cidr) })
  return network === formatCidr(cidr) ? undefined : `has bits behind its prefix; write ${network}`
}

/** The ranges that clients of a family meet. Prefixes must be without trouble. The same object is compiled once. */
export function compileRanges(ranges: SourceRanges, family: Family): RangeList {
  const families = made.get(ranges) ?? new Map<Family, RangeList>()
  const known = families.get(family) ?? listOf(boundsOf(ranges, family))
  made.set(ranges, families.set(family, known))
  return known
}

function listOf(bounds: readonly bigint[]): RangeList {
  const order = orderFor(Math.ceil(bounds.length / RANGE_LINE_BOUNDS))
  const words = new BigUint64Array(2 * (RANGE_LINE_BOUNDS << order)).fill(HALF)
  bounds.forEach((bound, i) => {
    words[2 * i] = bound >> 64n
    words[2 * i + 1] = bound & HALF
  })
  const mixer = new Mixer().start(order, 1)
  for (const half of new Uint32Array(words.buffer)) mixer.word(half, 0)
  return { words, order, digest: [mixer.lo, mixer.hi] }
}

/** Where "refused" and "admitted" take turns, admitted first: an even number, in ascending order. */
function boundsOf({ allow, deny = [] }: SourceRanges, family: Family): bigint[] {
  const edges = [
    { at: 0n, allowed: allow ? 0 : 1, denied: 0 },
    ...(allow ?? []).flatMap((text) => edgesOf(text, family, 1, 0)),
    ...deny.flatMap((text) => edgesOf(text, family, 0, 1)),
  ].toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
  const bounds: bigint[] = []
  let [allowed, denied] = [0, 0]
  edges.forEach((edge, i) => {
    allowed += edge.allowed
    denied += edge.denied
    if (edges[i + 1]?.at === edge.at) return
    const isAdmitted = allowed > 0 && denied === 0
    if (isAdmitted === (bounds.length % 2 === 0)) bounds.push(edge.at)
  })
  return bounds.length % 2 === 0 ? bounds : [...bounds, ALL_ONES]
}

/** First address and the one behind the last, which need not exist. */
function edgesOf(
  text: string,
  family: Family,
  allowed: number,
  denied: number,
): { readonly at: bigint; readonly allowed: number; readonly denied: number }[] {
  const cidr = tryParseCidr(text)
  if (!cidr || (cidr.address.family === 4) !== (family === AF_INET)) return []
  const first = { at: valueOf(cidrNetwork(cidr).bytes), allowed, denied }
  const end = valueOf(cidrLast(cidr).bytes) + (family === AF_INET ? 1n << 96n : 1n)
  return end > ALL_ONES ? [first] : [first, { at: end, allowed: -allowed, denied: -denied }]
}

/** IPv4 stands in the uppermost 32 bits. */
function valueOf(bytes: Uint8Array): bigint {
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return value << BigInt(128 - 8 * bytes.length)
}

/** A service's ranges; `undefined` when it has none, and admits everybody. */
export function rangesOf({ services }: LbMaps, service: number): RangeBlock | undefined {
  const word = services.words[service * SERVICE_WORDS + SERVICE.ranges]!
  const log2 = word & ((1 << RING_LOG2_BITS) - 1)
  return log2 === 0 ? undefined : { base: word >>> RING_LOG2_BITS, order: log2 - 1 }
}

/** The bounds in a block. */
export function rangeWords({ ranges }: LbMaps, { base, order }: RangeBlock): BigUint64Array {
  return ranges.longs.subarray(2 * RANGE_LINE_BOUNDS * base, 2 * RANGE_LINE_BOUNDS * (base + (1 << order)))
}

/** Stretches of addresses that a block admits. */
export function countRanges(maps: LbMaps, block: RangeBlock): number {
  const words = rangeWords(maps, block)
  let bounds = 0
  for (let at = 0; at < words.length; at += 2) if (words[at] !== HALF || words[at + 1] !== HALF) bounds++
  return Math.ceil(bounds / 2)
}

/** Does the service admit a client, given as four words in map order? The datapath asks by halves. */
export function isAdmitted(maps: LbMaps, service: number, client: Uint32Array, family: Family): boolean {
  const block = rangesOf(maps, service)
  if (!block) return true
  const value = valueOfWords(client, family)
  const words = rangeWords(maps, block)
  let passed = 0
  for (let at = 0; at < words.length; at += 2) if (value >= ((words[at]! << 64n) | words[at + 1]!)) passed++
  return passed % 2 === 1
}

/** An address in map order as one number, the first byte uppermost. */
export function valueOfWords(words: Uint32Array, family: Family): bigint {
  return valueOf(new Uint8Array(words.buffer, words.byteOffset, family === AF_INET ? 4 : 16))
}
