import { MEMBER, MEMBER_LINE_IDS, MEMBER_WORDS, SERVICE, SERVICE_WORDS } from './layout.ts'
import { memberIsUsed } from './lookup.ts'
import type { LbMaps } from './maps.ts'

/** A member's number inside its service, and its id. */
export interface Member {
  readonly number: number
  readonly id: number
}

/** The members in a service's lines, by number. `order`: of the block of lines. */
export function membersOf(maps: LbMaps, service: number, order: number): Member[] {
  const start = maps.services.words[service * SERVICE_WORDS + SERVICE.members]! * MEMBER_LINE_IDS
  const members: Member[] = []
  for (let number = 0; number < MEMBER_LINE_IDS << order; number++) {
    const id = maps.memberIds.words[start + number]!
    if (id !== 0 && belongsTo(maps, id, service)) members.push({ number, id })
  }
  return members
}

function belongsTo(maps: LbMaps, id: number, service: number): boolean {
  if (id >= maps.members.entries || !memberIsUsed(maps, id)) return false
  return maps.members.words[id * MEMBER_WORDS + MEMBER.service] === service
}
