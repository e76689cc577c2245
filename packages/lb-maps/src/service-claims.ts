import { type MutableLeftovers, NO_BLOCK } from './actual.ts'
import { BlockPool, orderFor } from './blocks.ts'
import {
  MEMBER,
  MEMBER_BLOCK_END,
  MEMBER_LINE_IDS,
  MEMBER_WORDS,
  MEMBERS_PER_SERVICE,
  NO_MEMBER_LINES,
  RING_LINE_SLOTS,
  SERVICE,
  SERVICE_WORDS,
} from './layout.ts'
import { memberDrains, memberIsUsed, ringOf, ringSlots } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import { remembersMoves } from './modes.ts'
import { rangesOf } from './ranges.ts'
import { recordsOf } from './records.ts'
import { isMoving } from './slots.ts'

/** Finds out what each service owns: the first that says so has it. What nobody can own is noted as left over. */
export class ServiceClaims {
  readonly #maps: LbMaps
  readonly #left: MutableLeftovers
  readonly rings: BlockPool
  readonly memberLines: BlockPool
  readonly records: BlockPool
  readonly ranges: BlockPool
  readonly unsettled: Set<number> = new Set()
  readonly memberOrders: Int8Array
  /** Services that own their ring and lines. */
  readonly #owners: Uint8Array
  /** Members that stand in their service's lines. */
  readonly #linked: Uint8Array

  constructor(maps: LbMaps, left: MutableLeftovers) {
    this.#maps = maps
    this.#left = left
    this.rings = BlockPool.empty(maps.rings.entries)
    this.memberLines = BlockPool.empty(maps.memberIds.entries)
    this.records = BlockPool.empty(maps.records.entries)
    this.ranges = BlockPool.empty(maps.ranges.entries)
    this.memberOrders = new Int8Array(maps.services.entries).fill(NO_BLOCK)
    this.#owners = new Uint8Array(maps.services.entries)
    this.#linked = new Uint8Array(maps.members.entries)
  }

  owns(service: number): boolean {
    return this.#owners[service] === 1
  }

  isLinked(member: number): boolean {
    return this.#linked[member] !== 0
  }

  /** A service's ring and member lines are its own, unless somebody else has them: then it owns nothing and will go. */
  claim(id: number): void {
    const ring = ringOf(this.#maps, id)
    const ringOrder = ring && orderFor((1 << ring.log2) / RING_LINE_SLOTS)
    if (ring && !this.rings.claim(ring.base, ringOrder!)) return
    if (this.#claimLines(id)) {
      this.#owners[id] = 1
      this.#claimRecords(id)
      this.#claimRanges(id)
    } else if (ring) this.rings.give(ring.base, ringOrder!)
  }

  #claimLines(id: number): boolean {
    const { memberIds, services } = this.#maps
    const base = services.words[id * SERVICE_WORDS + SERVICE.members]!
    if (base === NO_MEMBER_LINES) return true
    const start = base * MEMBER_LINE_IDS
    const length = memberIds.words.subarray(start, start + MEMBERS_PER_SERVICE + 1).indexOf(MEMBER_BLOCK_END) + 1
    const order = Math.log2(length / MEMBER_LINE_IDS)
    if (!Number.isInteger(order) || order < 0 || !this.memberLines.claim(base, order)) return false
    this.memberOrders[id] = order
    for (let at = start; at < start + length - 1; at++) {
      if (memberIds.words[at] !== 0 && !this.#link(memberIds.words[at]!, id)) this.#left.entries.push(at)
    }
    return true
  }

  #claimRecords(id: number): void {
    const block = recordsOf(this.#maps, id)
    if (block && !this.records.claim(block.base, block.order)) this.#left.records.push(id)
    if (block || this.#hasUnsettledSlots(id)) this.unsettled.add(id)
  }

  #claimRanges(id: number): void {
    const block = rangesOf(this.#maps, id)
    if (block && !this.ranges.claim(block.base, block.order)) this.#left.ranges.push(id)
  }

  #hasUnsettledSlots(id: number): boolean {
    const flags = this.#maps.services.words[id * SERVICE_WORDS + SERVICE.flags]!
    const ring = remembersMoves(flags) ? ringOf(this.#maps, id) : undefined
    return ring !== undefined && isMoving(ringSlots(this.#maps, ring))
  }

  #link(member: number, service: number): boolean {
    if (member >= this.#maps.members.entries || this.#linked[member] !== 0) return false
    if (!memberIsUsed(this.#maps, member)) return false
    if (this.#maps.members.words[member * MEMBER_WORDS + MEMBER.service] !== service) return false
    this.#linked[member] = 1
    if (memberDrains(this.#maps, member)) this.unsettled.add(service)
    return true
  }
}
