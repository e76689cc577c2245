import { basename, dirname } from 'node:path'
import { wrong } from '../check.ts'

/** Where `ip netns` keeps names. */
export const NAMESPACE_DIR = '/run/netns'

/** The file of a name; a path stays a path. */
export function namespacePath(operation: string, nameOrPath: string): string {
  if (nameOrPath.includes('/') && nameOrPath.startsWith('/')) return nameOrPath
  return `${NAMESPACE_DIR}/${checkNamespaceName(operation, nameOrPath)}`
}

/** The name of a file in {@link NAMESPACE_DIR}. */
export function namespaceName(path: string): string | undefined {
  return [NAMESPACE_DIR, '/var/run/netns'].includes(dirname(path)) ? basename(path) : undefined
}

export function checkNamespaceName(operation: string, name: string): string {
  const good = typeof name === 'string' && /^[^/\0]+$/.test(name) && name !== '.' && name !== '..'
  if (!good || Buffer.byteLength(name) > 255)
    wrong(operation, 'name', name, `a file name of 1 to 255 bytes without "/" (it is a file in ${NAMESPACE_DIR})`)
  return name
}
