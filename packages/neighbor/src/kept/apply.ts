import { type Netlink, NetlinkError, type Neighbor } from 'netlink-ts'
import type { NextHop } from '../hop/types.ts'
import { KEEPER_PROTOCOL } from './mark.ts'
import { isKept } from './plan.ts'
import type { KeepAction, KeepMode } from './types.ts'

type Neighbors = Pick<Netlink, 'neighbor'>

/** What the kernel refused, and why. The others are as planned. */
export interface KeepFailure {
  readonly action: KeepAction
  readonly reason: string
}

/** Carries a plan out. One that is refused does not take the others down. */
export function applyKeep(netlink: Neighbors, actions: readonly KeepAction[], mode: KeepMode): KeepFailure[] {
  return actions.flatMap((action) => {
    try {
      carryOut(netlink, action, mode)
      return []
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error
      return isOver(error, action) ? [] : [{ action, reason: error.message }]
    }
  })
}

function carryOut(netlink: Neighbors, action: KeepAction, mode: KeepMode): void {
  const { hop } = action
  if (action.do === 'remove') netlink.neighbor.delete(hop)
  else if (action.do === 'convert')
    netlink.neighbor.replace({ ...ours(hop), lladdr: action.lladdr, state: 'stale', flags: ['extern_learn'] })
  else if (mode === 'managed') netlink.neighbor.replace({ ...ours(hop), flags: ['managed', 'extern_learn'] })
  else use(netlink, hop)
}

/**
 * Has an entry resolved now, without the kernel's help to keep it. A kernel before 5.16 sets no flag with `use`: the entry
 * is made, or marked, by a request of its own. Equivalent to: `ip neigh replace <address> dev <device> use extern_learn`.
 */
export function use({ neighbor }: Neighbors, hop: NextHop): void {
  const before = neighbor.get(hop)
  if (before === undefined) neighbor.replace({ ...ours(hop), state: 'none', flags: ['extern_learn'] })
  else if (!before.flags.includes('extern_learn') && before.lladdr !== undefined)
    neighbor.replace({ ...ours(hop), lladdr: before.lladdr, state: 'stale', flags: ['extern_learn'] })
  neighbor.replace({ ...ours(hop), flags: ['use', 'extern_learn'] })
}

/**
 * Whether this kernel keeps an entry resolved by itself: by trying. One before 5.16 refuses the flag, or takes no notice of
 * it. What is tried is an entry that is wanted anyway; one that takes no notice would forget its MAC address, were it not
 * said again.
 */
export function probeMode(netlink: Neighbors, hop: NextHop): KeepMode {
  const lladdr = netlink.neighbor.get(hop)?.lladdr
  const known = lladdr === undefined ? {} : { lladdr, state: 'stale' as const }
  try {
    netlink.neighbor.replace({ ...ours(hop), ...known, flags: ['managed', 'extern_learn'] })
  } catch (error) {
    if (error instanceof NetlinkError && (error.code === 'REFUSED' || error.code === 'NOT_SUPPORTED')) return 'use'
    throw error
  }
  const entry: Neighbor | undefined = netlink.neighbor.get(hop)
  return entry !== undefined && isKept(entry, 'managed') ? 'managed' : 'use'
}

function ours({ index, address }: NextHop): NextHop & { readonly protocol: number } {
  return { index, address, protocol: KEEPER_PROTOCOL }
}

/** What was to be removed has gone by itself, or its device has. */
function isOver({ code, errno }: NetlinkError, { do: what }: KeepAction): boolean {
  return errno === 'ENODEV' || (what === 'remove' && code === 'NOT_FOUND')
}
