import { join } from 'node:path'
import { mountCgroup2 } from 'libbpf-ts'
import { CgroupError } from './error.ts'
import { factsOf, mountsOf } from './facts.ts'
import { judge } from './judge.ts'
import { type CgroupMode, modeOf } from './mounts.ts'

export interface FindOptions {
  /** `cgroup-root`: this folder and no other. It is mounted if nothing is there. */
  readonly path?: string
  /** Where one is mounted if none of the host's is seen. Default: `/run/skep/cgroupv2`. */
  readonly mountAt?: string
  /** The host's `/proc`, where it is mounted into this container. Default: `/proc`. */
  readonly proc?: string
  /** The host is a container itself (kind, k3d): its root is not the hierarchy's. */
  readonly nested?: boolean
}

/** The cgroup to attach to. */
export interface CgroupRoot {
  readonly path: string
  readonly mode: CgroupMode
  /** Whether it was mounted just now. */
  readonly mounted: boolean
  /** How it was chosen: what was looked at, a line each, the last one being the choice. */
  readonly lines: readonly string[]
}

interface Search {
  readonly proc: string
  readonly nested: boolean
  readonly mode: CgroupMode
  readonly lines: string[]
}

/**
 * Finds the root of the host's cgroup v2: the cgroup that all sockets of this host are in or below. Looks at what this
 * process sees mounted, then at what the host's first process does, and at last mounts one as that process would see it.
 *
 * Throws {@link CgroupError}: WRONG_ROOT for a `path` that is not the host's root, NO_HOST_ROOT when there is none; the
 * message says what to do. Mounting needs CAP_SYS_ADMIN. Linux 4.14.
 */
export function findCgroupRoot(options: FindOptions = {}): CgroupRoot {
  const proc = options.proc ?? '/proc'
  const mode = modeOf(mountsOf(proc, 'self').concat(mountsOf(proc, '1')))
  const search: Search = { proc, nested: options.nested ?? false, mode, lines: [modeLine(mode)] }
  if (options.path !== undefined) return configured(options.path, search)
  return (
    amongMounts('self', '', search) ??
    amongMounts('1', join(proc, '1/root'), search) ??
    mountedAt(options.mountAt ?? '/run/skep/cgroupv2', search)
  )
}

const modes: Readonly<Record<CgroupMode, string>> = {
  v2: 'cgroups are v2',
  mixed: 'cgroups are v2 beside v1',
  v1: 'only cgroups v1 are mounted',
  none: 'no cgroups are mounted here',
}

function modeLine(mode: CgroupMode): string {
  return modes[mode]
}

function configured(path: string, search: Search): CgroupRoot {
  const mounted = mountIfNone(path, search)
  const found = accepted(path, nameOfMount(path, search), search, mounted)
  if (found) return found
  throw new CgroupError('WRONG_ROOT', 'cgroup-root', search.lines)
}

function amongMounts(pid: string, prefix: string, search: Search): CgroupRoot | undefined {
  for (const { version, point, root } of mountsOf(search.proc, pid)) {
    const found = version === 2 ? accepted(join(prefix, point), root, search, false) : undefined
    if (found) return found
  }
  return undefined
}

function mountedAt(path: string, search: Search): CgroupRoot {
  const mounted = mountIfNone(path, search)
  const found = accepted(path, nameOfMount(path, search), search, mounted)
  if (found) return found
  throw new CgroupError('NO_HOST_ROOT', 'find the host’s cgroup', search.lines)
}

function accepted(path: string, name: string | undefined, search: Search, mounted: boolean): CgroupRoot | undefined {
  const { good, reason } = judge(factsOf(path, name, search.proc), search.nested)
  search.lines.push(reason)
  return good ? { path, mode: search.mode, mounted, lines: search.lines } : undefined
}

/** As the host's first process sees it, where its namespace may be entered; else as this process does. */
function mountIfNone(path: string, search: Search): boolean {
  const namespace = join(search.proc, '1/ns/cgroup')
  for (const options of [{ namespace }, {}]) {
    try {
      const mounted = mountCgroup2(path, options)
      if (mounted)
        search.lines.push(`mounted a cgroup v2 at ${path}${'namespace' in options ? ` as ${namespace} sees it` : ''}`)
      return mounted
    } catch (error) {
      search.lines.push((error as Error).message)
    }
  }
  return false
}

function nameOfMount(path: string, { proc }: Search): string | undefined {
  return mountsOf(proc, 'self').find(({ point }) => point === path)?.root
}
