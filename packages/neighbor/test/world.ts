import * as fc from 'fast-check'
import type { Neighbor, NeighborFlag, NeighborState } from 'netlink-ts'
import { hopKey } from '../src/hop/key.ts'
import type { NextHop } from '../src/hop/types.ts'
import { KEEPER_PROTOCOL } from '../src/kept/mark.ts'
import type { KeepAction, KeepInput, KeepMode } from '../src/kept/types.ts'

const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', 'fe80::1', '2001:db8::1']
const states: NeighborState[] = ['none', 'incomplete', 'reachable', 'stale', 'probe', 'failed', 'permanent']
const mac = '02:00:00:00:00:01'

/** Few, so that they meet. */
export const someHop: fc.Arbitrary<NextHop> = fc.record({
  index: fc.integer({ min: 2, max: 3 }),
  address: fc.constantFrom(...addresses),
})

const someHops = fc.uniqueArray(someHop, { selector: hopKey, maxLength: 8 })

const someNeighbor: fc.Arbitrary<Neighbor> = fc
  .record({
    hop: someHop,
    state: fc.constantFrom(...states),
    flags: fc.subarray<NeighborFlag>(['managed', 'extern_learn']),
    protocol: fc.constantFrom(undefined, KEEPER_PROTOCOL),
  })
  .map(({ hop, state, flags, protocol }) => entry(hop, state, flags, protocol))

/** Anything that a keeper may find. */
export const someInput: fc.Arbitrary<KeepInput> = fc
  .record({
    wanted: someHops,
    entries: fc.uniqueArray(someNeighbor, { selector: hopKey, maxLength: 10 }),
    noted: someHops,
    others: someHops,
    own: fc.subarray(addresses, { maxLength: 2 }),
    devices: fc.subarray([2, 3], { minLength: 1 }),
    mode: fc.constantFrom<KeepMode>('managed', 'use'),
    permanent: fc.constantFrom('keep' as const, 'convert' as const),
    atStart: fc.boolean(),
  })
  .map(({ entries, others, own, devices, ...rest }) => ({
    ...rest,
    neighbors: new Map(entries.map((one) => [hopKey(one), one])),
    others: new Set(others.map(hopKey)),
    own: new Set(own),
    devices: new Set(devices),
  }))

/** The kernel's table after these actions. */
export function carriedOut(input: KeepInput, actions: readonly KeepAction[]): Map<string, Neighbor> {
  const table = new Map(input.neighbors)
  for (const { do: what, hop } of actions) {
    const before = table.get(hopKey(hop))
    if (what === 'remove') table.delete(hopKey(hop))
    else if (what === 'convert') table.set(hopKey(hop), entry(hop, 'stale', ['extern_learn'], KEEPER_PROTOCOL))
    else table.set(hopKey(hop), kept(hop, before, input.mode))
  }
  return table
}

/** As the kernel does it: what was permanent is so no longer, and keeps no address. */
function kept(hop: NextHop, before: Neighbor | undefined, mode: KeepMode): Neighbor {
  const state = before === undefined || before.state === 'permanent' ? 'incomplete' : (before.state as NeighborState)
  const flags: NeighborFlag[] = mode === 'managed' ? ['extern_learn', 'managed'] : ['extern_learn']
  return entry(hop, state, flags, KEEPER_PROTOCOL)
}

function entry(
  { index, address }: NextHop,
  state: NeighborState,
  flags: readonly NeighborFlag[],
  protocol?: number,
): Neighbor {
  const isResolved = state !== 'none' && state !== 'incomplete' && state !== 'failed'
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  const known = { ...(isResolved ? { lladdr: mac } : {}), ...(protocol === undefined ? {} : { protocol }) }
  return { index, address, family, state, flags, ...known }
}
