import { findCgroup1, MKE_PATTERNS, processesOf, selectCgroups } from '@skep/cgroup'
import { openNamespace } from 'netlink-ts'
import type { SockSubject } from '@skep/sock-lb'
import type { Settings } from '../options/catalogue/index.ts'

type Selecting = Pick<Settings, 'cgroups-as-host' | 'enable-mke' | 'mke-cgroup-mount'>

/** Whether there is anybody to be looked for. */
export function selectsAny(settings: Selecting): boolean {
  return settings['cgroups-as-host'].length > 0 || settings['enable-mke']
}

/**
 * Containers whose sockets are treated as the host's, as they are now: by their cgroups v2 below `root`; those of MKE, where
 * only v1 tells containers apart, by the network namespaces of their processes. Errors: as `selectCgroups` and `processesOf`.
 */
export function subjectsIn(root: string, hostNetns: bigint, settings: Selecting): SockSubject[] {
  const patterns = [...settings['cgroups-as-host'], ...(settings['enable-mke'] ? MKE_PATTERNS : [])]
  const cgroups = selectCgroups(root, patterns).map(({ id, level }) => ({ cgroup: id, level, treat: 'host' as const }))
  const netns = new Set(settings['enable-mke'] ? namespacesOfMke(settings) : [])
  netns.delete(hostNetns)
  return [...cgroups, ...[...netns].map((cookie) => ({ netns: cookie, treat: 'host' as const }))]
}

function namespacesOfMke({ 'mke-cgroup-mount': told }: Selecting): bigint[] {
  const mount = told === '' ? findCgroup1() : told
  return mount === undefined ? [] : processesOf(mount, MKE_PATTERNS).flatMap((pid) => cookieOf(pid) ?? [])
}

/** Nothing for who has ended meanwhile; before Linux 5.14 nobody is told. */
function cookieOf(pid: number): bigint | undefined {
  try {
    using namespace = openNamespace(`/proc/${pid}/ns/net`)
    return namespace.cookie
  } catch {
    return undefined
  }
}
