import { address, flag, milliseconds, ranged, u16, u32 } from '../wire/codecs.ts'
import { nested } from '../wire/nests.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'
import type { NextHopMember, ResilientOptions } from './nexthop-types.ts'

/** Size of `struct nhmsg`. */
export const NHMSG = 8
/** Size of `struct nexthop_grp`. */
const MEMBER = 8

export interface NextHopAttributes {
  id?: number
  group?: readonly NextHopMember[]
  groupType?: number
  blackhole?: true
  oif?: number
  via?: string
  groups?: true
  fdb?: true
  resilient?: ResilientOptions
  operationFlags?: number
}

/** In an answer: what is reserved in its members is zero, not left over from other data (`NHA_OP_FLAG_RESP_GRP_RESVD_0`). */
const RESERVED_IS_ZERO = 1 << 31

/**
 * The members of a group with the weights that they have. Kernels that know no weights above 256 (before 6.12) leave the high byte
 * as they found it.
 */
export function membersOf({ group, operationFlags = 0 }: NextHopAttributes): readonly NextHopMember[] | undefined {
  if ((operationFlags & RESERVED_IS_ZERO) !== 0) return group
  return group?.map(({ id, weight }) => ({ id, weight: ((weight - 1) & 0xff) + 1 }))
}

/** `struct nexthop_grp`: since 6.12 the byte after the weight is its high byte; before, it must be zero in what is sent. */
const members: AttributeCodec<readonly NextHopMember[]> = {
  encode: (to, value) =>
    value.forEach(
      ({ id, weight }) =>
        void to
          .u32(id)
          .u16(weight - 1)
          .u16(0),
    ),
  decode(from) {
    const view = from.view()
    if (view.byteLength % MEMBER !== 0) from.fail(`NHA_GROUP has ${view.byteLength} bytes, each member takes ${MEMBER}`)
    return Array.from({ length: Math.floor(view.byteLength / MEMBER) }, (_, i) => ({
      id: view.getUint32(i * MEMBER, true),
      weight: view.getUint16(i * MEMBER + 4, true) + 1,
    }))
  },
}

const clock: AttributeCodec<number> = milliseconds(u32, 10)

const resilient: AttributeTable<ResilientOptions> = new AttributeTable<ResilientOptions>({
  buckets: [1, 'NHA_RES_GROUP_BUCKETS', ranged(u16, 1, 0xffff)],
  idleTimerMs: [2, 'NHA_RES_GROUP_IDLE_TIMER', clock],
  unbalancedTimerMs: [3, 'NHA_RES_GROUP_UNBALANCED_TIMER', clock],
})

export const nexthopAttributes: AttributeTable<NextHopAttributes> = new AttributeTable<NextHopAttributes>({
  id: [1, 'NHA_ID', ranged(u32, 1, 0xffffffff)],
  group: [2, 'NHA_GROUP', members],
  groupType: [3, 'NHA_GROUP_TYPE', u16],
  blackhole: [4, 'NHA_BLACKHOLE', flag],
  oif: [5, 'NHA_OIF', u32],
  via: [6, 'NHA_GATEWAY', address],
  groups: [9, 'NHA_GROUPS', flag],
  fdb: [11, 'NHA_FDB', flag],
  resilient: [12, 'NHA_RES_GROUP', nested(resilient)],
  operationFlags: [14, 'NHA_OP_FLAGS', u32],
})
