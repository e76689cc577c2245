import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What Node and libuv open for themselves, once, when first needed. */
const own =
  /^(anon_inode:\[(eventpoll|eventfd|io_uring|signalfd|inotify)\]|anon_inode:inotify|pipe:|\/dev\/(null|tty|pts\/|urandom)|\/proc\/)/

/** The open file descriptors of this process: key → what it is. Those that the runtime keeps for itself are left out. */
export function openDescriptors(): Map<string, string> {
  const found = new Map<string, string>()
  for (const fd of readdirSync('/proc/self/fd')) {
    const target = targetOf(fd)
    if (target === undefined || own.test(target)) continue
    const details = bpfDetails(fd, target)
    found.set(`${fd} ${target} ${details}`, `fd ${fd}: ${describe(target)}${details}`)
  }
  return found
}

/** `undefined` for one that was closed meanwhile, as the listing's own is. */
function targetOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}

/** The kernel's identifiers, for `bpftool map show id …` and the like. */
function bpfDetails(fd: string, target: string): string {
  if (!target.includes('bpf')) return ''
  try {
    const lines = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').split('\n')
    const told = lines.filter((line) => /^(map|prog|link)_(type|id):/.test(line))
    return told.map((line) => ` ${line.replace(/:\s+/, ' ')}`).join('')
  } catch {
    return ''
  }
}

function describe(target: string): string {
  const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? []
  if (inode !== undefined) return socketKind(inode)
  return target.startsWith('net:') ? `network namespace ${target}` : target
}

function socketKind(inode: string): string {
  for (const kind of ['tcp', 'tcp6', 'udp', 'udp6', 'unix', 'netlink', 'packet']) {
    const line = linesOf(`/proc/self/net/${kind}`).find((text) => text.split(/\s+/).includes(inode))
    if (line !== undefined) return `${kind} socket: ${line.trim()}`
  }
  return `socket ${inode} of another network namespace`
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}
