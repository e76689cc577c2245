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
  const present = new Map([...netlink.neighbor.list()].map((entry) => [key(entry), entry]))
  const foreign = wanted.filter((hop) => isForeign(present.get(key(hop)), kept, hop))
  const ours = wanted.filter((hop) => !foreign.includes(hop)).map(({ index, address }) => ({ index, address }))
  const removed = kept.filter((entry) => !ours.some((hop) => key(hop) === key(entry)))
  writeNeighbors(file, namespace, ours)
  for (const entry of removed) if (!keptByOthers(file, namespace, entry)) forget(netlink, entry)
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

function keptByOthers(file: string, namespace: string, entry: KeptNeighbor): boolean {
  return othersNeighbors(file, namespace).some((other) => key(other) === key(entry))
}

function isKept(entry: Neighbor | undefined): boolean {
  return entry?.flags.includes('managed') ?? false
}

function isForeign(entry: Neighbor | undefined, kept: readonly KeptNeighbor[], hop: NextHop): boolean {
  return entry?.state === 'permanent' && !kept.some((own) => key(own) === key(hop))
}

function key({ index, address }: KeptNeighbor): string {
  return `${index} ${address}`
}
