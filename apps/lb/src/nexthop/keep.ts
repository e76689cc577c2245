import type { Neighbor, Netlink } from 'netlink-ts'
import { NetlinkError } from 'netlink-ts'
import { currentNamespace } from '../sysctl/ledger.ts'
import { othersNeighbors, readNeighbors, writeNeighbors, type KeptNeighbor } from './record.ts'
import type { NextHop } from './resolve.ts'

/** How the kernel is made to know the next hops' link-layer addresses. */
export type KeepMode =
  /** It keeps them resolved by itself (Linux 5.16). */
  | 'managed'
  /** It resolves them now, and is asked again now and then. */
  | 'use'

/** What {@link keepNeighbors} did. */
export interface KeepResult {
  readonly mode: KeepMode
  readonly added: readonly KeptNeighbor[]
  readonly removed: readonly KeptNeighbor[]
  /** Entries that somebody else made permanent: they are as good, and stay as they are. */
  readonly foreign: readonly KeptNeighbor[]
}

/**
 * Has the kernel resolve the next hops and keep them resolved, and lets go of those that are no longer wanted. Idempotent.
 * Equivalent to: `ip neigh replace <address> dev <device> managed extern_learn`.
 */
export function keepNeighbors(netlink: Netlink, file: string, wanted: readonly NextHop[]): KeepResult {
  const namespace = currentNamespace()
  const kept = readNeighbors(file, namespace)
  const known = new Set(kept.map(key))
  const present = new Map([...netlink.neighbor.list()].map((entry) => [key(entry), entry]))
  const isForeign = (hop: NextHop) => present.get(key(hop))?.state === 'permanent' && !known.has(key(hop))
  const foreign = wanted.filter(isForeign)
  const ours = wanted.filter((hop) => !isForeign(hop)).map(({ index, address }) => ({ index, address }))
  const removed = kept.filter(without(ours))
  if (removed.length > 0 || ours.some((hop) => !known.has(key(hop)))) writeNeighbors(file, namespace, ours)
  if (removed.length > 0)
    for (const entry of removed.filter(without(othersNeighbors(file, namespace)))) forget(netlink, entry)
  const added = ours.filter((hop) => !isKept(present.get(key(hop))))
  for (const hop of added) resolve(netlink, hop)
  return { mode: modeOf(netlink, ours), added, removed, foreign }
}

/** Lets go of all that the instance keeps. */
export function releaseNeighbors(netlink: Netlink, file: string): readonly KeptNeighbor[] {
  return keepNeighbors(netlink, file, []).removed
}

/** Asks again for entries that a kernel before 5.16 does not keep by itself. */
export function refreshNeighbors(netlink: Netlink, file: string): void {
  for (const entry of readNeighbors(file, currentNamespace()))
    if (!isKept(netlink.neighbor.get(entry))) resolve(netlink, entry)
}

function resolve(netlink: Netlink, { index, address }: KeptNeighbor): void {
  // An older kernel takes the request and ignores `managed`; `use` makes it resolve at least now.
  try {
    netlink.neighbor.replace({ index, address, flags: ['managed', 'extern_learn'] })
  } catch (error) {
    if (!(error instanceof NetlinkError && error.code === 'REFUSED')) throw error
  }
  const entry = netlink.neighbor.get({ index, address })
  if (entry !== undefined && isKept(entry)) return
  netlink.neighbor.replace({ index, address, flags: ['use', 'extern_learn'] })
}

function modeOf(netlink: Netlink, [first]: readonly KeptNeighbor[]): KeepMode {
  if (first === undefined) return 'managed'
  return isKept(netlink.neighbor.get(first)) ? 'managed' : 'use'
}

function forget(netlink: Netlink, entry: KeptNeighbor): void {
  try {
    netlink.neighbor.delete(entry)
  } catch (error) {
    if (!(error instanceof NetlinkError && error.code === 'NOT_FOUND')) throw error
  }
}

/** A test for those that are not in the list. */
function without(list: readonly KeptNeighbor[]): (entry: KeptNeighbor) => boolean {
  const keys = new Set(list.map(key))
  return (entry) => !keys.has(key(entry))
}

function isKept(entry: Neighbor | undefined): boolean {
  return entry?.flags.includes('managed') ?? false
}

function key({ index, address }: KeptNeighbor): string {
  return `${index} ${address}`
}
