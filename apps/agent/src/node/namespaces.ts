import { readdirSync, statSync } from 'node:fs'
import { type NetworkNamespace, openNamespace } from 'netlink-ts'

/**
 * The network namespaces that this host's processes are in, each once. Each is closed before the next is opened. What ends
 * meanwhile is left out.
 */
export function* usedNamespaces(): Generator<NetworkNamespace> {
  const seen = new Set<bigint>()
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const path = `/proc/${pid}/ns/net`
    const inode = inodeOf(path)
    if (inode === undefined || seen.has(inode)) continue
    seen.add(inode)
    using namespace = opened(path)
    if (namespace) yield namespace
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
