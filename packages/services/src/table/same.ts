import type { Member } from '../model/backend.ts'
import type { Frontend } from '../model/frontend.ts'

/** Do two frontends of one key say the same? */
export function sameFrontend(a: Frontend, b: Frontend): boolean {
  return (
    a.service === b.service &&
    a.kind === b.kind &&
    a.portName === b.portName &&
    a.whenEmpty === b.whenEmpty &&
    a.affinitySeconds === b.affinitySeconds &&
    a.algorithm === b.algorithm &&
    a.forwarding === b.forwarding &&
    a.keepsClient === b.keepsClient &&
    sameTexts(a.sourceRanges?.allow, b.sourceRanges?.allow) &&
    sameTexts(a.sourceRanges?.deny, b.sourceRanges?.deny) &&
    sameMembers(a.members, b.members) &&
    sameIds(a.leftOut, b.leftOut)
  )
}

function sameTexts(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a?.length === b?.length && a !== undefined && a.every((one, i) => one === b?.[i]))
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((id, i) => id === b[i]))
}

function sameMembers(a: readonly Member[], b: readonly Member[]): boolean {
  if (a === b) return true
  return (
    a.length === b.length && a.every(({ backend, weight }, i) => backend === b[i]!.backend && weight === b[i]!.weight)
  )
}
