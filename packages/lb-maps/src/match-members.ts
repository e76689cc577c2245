import { AF_INET, MEMBER, MEMBER_WORDS, MEMBERS_PER_SERVICE, swapPort } from './layout.ts'
import type { LbMaps } from './maps.ts'
import type { Member } from './members.ts'
import type { BackendTable, Wanted } from './wanted.ts'

/** Which of a service's backends are members already. */
export interface Matched {
  /** By row of the service: number and id; id 0 for a row that is new. */
  readonly numbers: Uint16Array
  readonly ids: Uint32Array
  readonly newRows: readonly number[]
  /** Members that are no backends any more. */
  readonly leaving: readonly Member[]
}

/** Finds each backend among the members there are, by address and port: who lives keeps number and id. */
export function matchMembers(
  { members }: LbMaps,
  before: readonly Member[],
  { words, ports, families }: BackendTable,
  { start, count }: Wanted,
): Matched {
  const numbers = new Uint16Array(count)
  const ids = new Uint32Array(count)
  const leaving: Member[] = []
  const rows = before.length === 0 ? undefined : new Map<string | number, number>()
  if (rows) {
    for (let row = 0; row < count; row++) {
      rows.set(endpointKey(words, 4 * (start + row), ports[start + row]!, families[start + row]!), row)
    }
  }
  for (const member of before) {
    const at = member.id * MEMBER_WORDS
    const row = rows?.get(memberKey(members.words, at))
    if (row === undefined || ids[row] !== 0) leaving.push(member)
    else {
      ids[row] = member.id
      numbers[row] = member.number
    }
  }
  const newRows: number[] = []
  for (let row = 0; row < count; row++) if (ids[row] === 0) newRows.push(row)
  return { numbers, ids, newRows, leaving }
}

/**
 * Gives new rows the lowest numbers that nobody has. `taken`: the ids in the service's lines as they are; those of members
 * that leave count, for packets may still carry their numbers. False when there are not enough.
 */
export function numberRows(numbers: Uint16Array, newRows: readonly number[], taken: Uint32Array): boolean {
  let next = 0
  for (const row of newRows) {
    while (next < taken.length && taken[next] !== 0) next++
    if (next >= MEMBERS_PER_SERVICE) return false
    numbers[row] = next++
  }
  return true
}

/** The key of the member that stands at a word index. */
export function memberKey(words: Uint32Array, at: number): string | number {
  const tail = words[at + MEMBER.tail]!
  return endpointKey(words, at + MEMBER.address, swapPort(tail & 0xffff), (tail >>> 16) & 0xff)
}

/** Tells backends apart: a number for IPv4, which is faster. */
export function endpointKey(words: Uint32Array, at: number, port: number, family: number): string | number {
  if (family === AF_INET) return words[at]! * 0x10000 + port
  return `${words[at]},${words[at + 1]},${words[at + 2]},${words[at + 3]},${port}`
}
