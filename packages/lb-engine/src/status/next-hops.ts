import { describeState, type HopState, hopKey, type NotedHop, step, unknownHop } from '@skep/neighbor'
import { type Neighbor, openNetlink } from 'netlink-ts'
import type { InstancePaths } from '../instance/paths.ts'
import { readNotedHops } from '../nexthop/notes.ts'
import type { NextHopStatus } from './types.ts'

/** The neighbours that an instance has kept resolved, and how they are. */
export function readNextHops(paths: InstancePaths): NextHopStatus[] {
  const kept = readNotedHops(paths.neighbors)
  if (kept.length === 0) return []
  using netlink = openNetlink()
  const names = new Map([...netlink.link.list()].map(({ index, name }) => [index, name]))
  const known = new Map([...netlink.neighbor.list()].map((one) => [hopKey(one), one]))
  return kept.map((hop) => {
    const state = stateOf(hop, known.get(hopKey(hop)))
    return nextHopStatus(hop, names.get(hop.index) ?? `device ${hop.index}`, state)
  })
}

function nextHopStatus({ address, users }: NotedHop, device: string, state: HopState): NextHopStatus {
  const { phase, since, mac, kernel, failures, moves, flags } = state
  return {
    address,
    device,
    mac: phase === 'usable' ? (mac ?? null) : null,
    state: phase,
    since: new Date(since).toISOString(),
    kernel: `${kernel}`,
    managed: flags.includes('managed'),
    users: users ?? null,
    failures,
    moves,
    text: describeState(state, Date.now()),
  }
}

/** What is noted, brought up to date: nobody may have noted anything for long. */
function stateOf({ state }: NotedHop, entry: Neighbor | undefined): HopState {
  const now = Date.now()
  const at = now - (entry?.updatedMs ?? 0)
  return step(state ?? unknownHop(at), entry, at)
}
