import { readdirSync, readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { isWithin, parseMounts } from '@skep/cgroup'
import { openNamespace } from 'netlink-ts'

/** Whether the processes of a network namespace, by its cookie, are in a cgroup v2 or below; `undefined`: it has none. */
export type IsBelow = (cookie: bigint) => boolean | undefined

/** Looks at all processes once. `root`: the folder of the cgroup. */
export function processesBelow(root: string): IsBelow {
  const top = nameOf(root)
  const byNetwork = new Map<bigint, { readonly cookie: bigint | undefined; below: boolean }>()
  for (const pid of readdirSync('/proc')) {
    const found = /^\d+$/.test(pid) ? placeOf(pid) : undefined
    if (found === undefined) continue
    const known = byNetwork.get(found.inode) ?? { cookie: cookieOf(pid), below: true }
    known.below &&= top !== undefined && isWithin(found.cgroup, top)
    byNetwork.set(found.inode, known)
  }
  const byCookie = new Map([...byNetwork.values()].map(({ cookie, below }) => [cookie, below]))
  return (cookie) => byCookie.get(cookie)
}

/** As /proc/<pid>/cgroup calls the cgroup of a folder. */
function nameOf(folder: string): string | undefined {
  const mounts = parseMounts(readFileSync('/proc/self/mountinfo', 'utf8')).filter(({ version }) => version === 2)
  const above = mounts.filter(({ point }) => folder === point || folder.startsWith(`${point}/`))
  const [mount] = above.toSorted((a, b) => b.point.length - a.point.length)
  return mount && posix.join(mount.root, folder.slice(mount.point.length))
}

/** `undefined`: it has ended meanwhile, or is the kernel's own. */
function placeOf(pid: string): { readonly inode: bigint; readonly cgroup: string } | undefined {
  try {
    const inode = statSync(`/proc/${pid}/ns/net`, { bigint: true }).ino
    const [, cgroup] = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? []
    return cgroup === undefined ? undefined : { inode, cgroup }
  } catch {
    return undefined
  }
}

function cookieOf(pid: string): bigint | undefined {
  try {
    using namespace = openNamespace(`/proc/${pid}/ns/net`)
    return namespace.cookie
  } catch {
    return undefined
  }
}
