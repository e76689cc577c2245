import { MEMBER_WORDS } from './layout.ts'
import type { LbMaps } from './maps.ts'
import { memberKey } from './match-members.ts'
import type { Member } from './members.ts'
import type { MoveRules } from './move-slot.ts'
import type { BackendTable, Wanted } from './wanted.ts'

/** Who is meant by what happens to members, by number. */
export type Fates = Pick<MoveRules, 'abandoned' | 'failed'>

const nobody: Fates = { abandoned: new Set(), failed: new Set() }

/** `numbers`: by row. `leaving`: members whose rows are gone; those that exist no more are abandoned. */
export function fatesOf(
  { members }: LbMaps,
  table: BackendTable,
  { start, count, policy, gone }: Wanted,
  numbers: Uint16Array,
  leaving: readonly Member[],
): Fates {
  const isAnyFailed = table.failed.subarray(start, start + count).includes(1)
  if (!isAnyFailed && gone.size === 0) return nobody
  const failed = new Set<number>()
  for (let row = 0; row < count; row++) if (table.failed[start + row] === 1) failed.add(numbers[row]!)
  const abandoned = new Set(policy.abandonsFailed ? failed : [])
  if (gone.size === 0) return { abandoned, failed }
  for (const { id, number } of leaving) {
    if (gone.has(memberKey(members.words, id * MEMBER_WORDS))) abandoned.add(number)
  }
  return { abandoned, failed }
}
