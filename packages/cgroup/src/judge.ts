/** What is known of a folder that may be the host's root. */
export interface Facts {
  readonly path: string
  /** Whether a cgroup v2 is mounted there. */
  readonly isCgroup2: boolean
  /** Whether it has a `cgroup.type`, which every cgroup has but the hierarchy's root. Linux 4.14. */
  readonly hasType: boolean
  /** Which cgroup it is, as this process's cgroup namespace calls it, where its mount is known. */
  readonly name: string | undefined
  /** Which cgroup the host's first process is in, in the same terms; undefined where that cannot be read. */
  readonly initName: string | undefined
}

export interface Verdict {
  readonly good: boolean
  /** Why, and if it is not good, what to do. */
  readonly reason: string
}

const MOUNT_HOST = 'mount the host’s /sys/fs/cgroup into this container, or let this process see the host’s /proc'

/**
 * Whether programs that are attached there see all of the host's sockets. `nested`: the host is itself a container (kind,
 * k3d), whose root is one of its machine's cgroups: then the host's first process must be in it or below.
 */
export function judge({ path, isCgroup2, hasType, name, initName }: Facts, nested: boolean): Verdict {
  if (!isCgroup2) return { good: false, reason: `${path} is no cgroup v2; mount -t cgroup2 cgroup2 ${path}` }
  if (!hasType) return { good: true, reason: `${path} is the root of the hierarchy: every process is in it or below` }
  if (!nested)
    return {
      good: false,
      reason:
        `${path} is ${called(name)}: sockets of other containers would be missed; ` +
        `${MOUNT_HOST}; where the host itself is a container (kind), say that it is nested`,
    }
  if (name === undefined || initName === undefined)
    return { good: false, reason: `${path}: which cgroup the host’s first process is in cannot be read; ${MOUNT_HOST}` }
  if (isWithin(initName, name))
    return {
      good: true,
      reason: `${path} is ${name}, and the host’s first process is in ${initName}: its container’s root`,
    }
  return {
    good: false,
    reason: `${path} is ${name}, and the host’s first process is outside, in ${initName}; ${MOUNT_HOST}`,
  }
}

function called(name: string | undefined): string {
  return name === undefined
    ? 'a cgroup below the hierarchy’s root, not that root'
    : `the root of a private cgroup namespace (${name})`
}

/** Whether a cgroup is another one or lies below it; both as the same namespace calls them. */
export function isWithin(inner: string, outer: string): boolean {
  const [a, b] = [split(inner), split(outer)]
  if (a.up > b.up) return false
  if (a.up < b.up) return b.below.length === 0
  return b.below.every((part, i) => part === a.below[i])
}

/** The kernel writes as few `..` as it can, so that what is not above the namespace's root has none after a name. */
function split(name: string): { readonly up: number; readonly below: readonly string[] } {
  const parts = name.split('/').filter((part) => part !== '')
  const below = parts.filter((part) => part !== '..')
  return { up: parts.length - below.length, below }
}
