import { RECORD_LINE_WORDS, RING_LOG2_BITS, RING_SLOT_EMPTY, SERVICE, SERVICE_WORDS } from './layout.ts'
import type { LbMaps } from './maps.ts'

/** Lines of `records` that are a service's. */
export interface RecordBlock {
  readonly base: number
  /** Log2 of the number of lines. */
  readonly order: number
}

/** A record's age beyond its idle time-out at which user space, which reads the clock a little later, takes it for dead. */
const MARGIN = 2

/** The records of a service; `undefined` when it has none. */
export function recordsOf({ services }: LbMaps, service: number): RecordBlock | undefined {
  const word = services.words[service * SERVICE_WORDS + SERVICE.records]!
  const log2 = word & ((1 << RING_LOG2_BITS) - 1)
  return log2 === 0 ? undefined : { base: word >>> RING_LOG2_BITS, order: log2 - 1 }
}

/** What stands in a service's record for a block, of records or of ranges. */
export function blockWord(block: RecordBlock | undefined): number {
  return block ? ((block.base << RING_LOG2_BITS) | (block.order + 1)) >>> 0 : 0
}

/** How long a service's records live without packets, in record units. */
export function recordIdleOf({ services }: LbMaps, service: number): number {
  return services.words[service * SERVICE_WORDS + SERVICE.idle]! & 0xffff
}

/** What is told of a record: its place in 64-bit words of `records`, its tag, its member, and whether it is live. */
export type VisitRecord = (at: number, tag: number, number: number, isLive: boolean) => void

/** Visits a service's records. `recordTime`: see {@link Now}; without it every record counts as live. */
export function scanRecords(maps: LbMaps, service: number, recordTime: number | undefined, visit: VisitRecord): void {
  const block = recordsOf(maps, service)
  if (!block) return
  const idle = recordIdleOf(maps, service)
  const { words } = maps.records
  const start = block.base * RECORD_LINE_WORDS
  for (let at = start; at < start + (RECORD_LINE_WORDS << block.order); at++) {
    const tag = words[2 * at]!
    if (tag === 0) continue
    const rest = words[2 * at + 1]!
    visit(at, tag, rest & RING_SLOT_EMPTY, isLive(rest >>> 16, idle, recordTime))
  }
}

/** Another CPU, or the program a moment later, may have written a time that is ahead. */
function isLive(time: number, idle: number, recordTime: number | undefined): boolean {
  if (recordTime === undefined) return true
  const age = (recordTime - time) & 0xffff
  return age <= idle + MARGIN || age >= 0x10000 - MARGIN
}

/** The slot that a record's flow belongs to: its tag is the top half of the flow's hash, in a ring of 2^log2 slots. */
export function slotOfTag(tag: number, log2: number): number {
  return tag >>> (32 - log2)
}
