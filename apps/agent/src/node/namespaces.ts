import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type NetworkNamespace, openNamespace } from 'netlink-ts'

/** Where container runtimes keep namespaces by name: one that no process is in may have sockets, too. */
const FOLDERS: readonly string[] = ['/run/netns', '/run/docker/netns']

/**
 * The network namespaces of this host: those that its processes are in, and those that have a name; each once. Each is closed
 * before the next is opened. What ends meanwhile is left out.
 */
export function* usedNamespaces(): Generator<NetworkNamespace> {
  const seen = new Set<bigint>()
  for (const path of paths()) {
    const inode = inodeOf(path)
    if (inode === undefined || seen.has(inode)) continue
    seen.add(inode)
    using namespace = opened(path)
    if (namespace) yield namespace
  }
}

function* paths(): Generator<string> {
  for (const pid of namesIn('/proc')) if (/^\d+$/.test(pid)) yield `/proc/${pid}/ns/net`
  for (const folder of FOLDERS) for (const name of namesIn(folder)) yield join(folder, name)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function inodeOf(path: string): bigint | undefined {
  try {
    return statSync(path, { bigint: true }).ino
  } catch {
    return undefined
  }
}

function opened(path: string): NetworkNamespace | undefined {
  try {
    return openNamespace(path)
  } catch {
    return undefined
  }
}
