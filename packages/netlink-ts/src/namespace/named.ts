import { readdirSync } from 'node:fs'
import { checked, NetlinkError } from '../error.ts'
import { native } from '../native.ts'
import { NetworkNamespace } from './namespace.ts'
import { NAMESPACE_DIR, checkNamespaceName, namespaceName, namespacePath } from './path.ts'

/**
 * Makes a network namespace with a name. It has only a loopback device, which is down, and it stays until its
 * `delete()`. Equivalent to `ip netns add <name>`. Linux 4.11. `EXISTS` when the name is taken.
 */
export function createNamespace(name: string): NetworkNamespace {
  const path = `${NAMESPACE_DIR}/${checkNamespaceName('createNamespace', name)}`
  const fd = checked('createNamespace', native.createNamespace())
  const named = native.nameNamespace(fd, path)
  if (named < 0) native.close(fd)
  checked('createNamespace', named, `namespace ${JSON.stringify(name)}`)
  return new NetworkNamespace({ fd, name, path })
}

/**
 * Makes a network namespace without a name: it ends when its descriptor is closed and nothing else holds it.
 * Equivalent to `unshare --net`. Linux 4.11.
 */
export function anonymousNamespace(): NetworkNamespace {
  return new NetworkNamespace({ fd: checked('anonymousNamespace', native.createNamespace()) })
}

/**
 * Opens a namespace by the name that `ip netns list` shows, or by a path such as `/proc/<pid>/ns/net`.
 * `NOT_FOUND` when there is none, `INVALID_INPUT` when the file is no network namespace.
 * Equivalent to `nsenter --net=<path>`, for what is done through it. Linux 4.11.
 */
export function openNamespace(nameOrPath: string): NetworkNamespace {
  const path = namespacePath('openNamespace', nameOrPath)
  const fd = native.openNamespace(path)
  if (fd === -22 || fd === -25)
    throw new NetlinkError('INVALID_INPUT', 'openNamespace', `${path} is not a network namespace`, {
      hint: 'a name left behind after a reboot can be removed with ip netns delete',
    })
  return new NetworkNamespace({
    fd: checked('openNamespace', fd, `namespace ${JSON.stringify(nameOrPath)}`),
    path,
    name: namespaceName(path),
  })
}

/** Opens the calling thread's own network namespace. Equivalent to `ip netns identify`. Linux 4.11. */
export function currentNamespace(): NetworkNamespace {
  return new NetworkNamespace({ fd: checked('currentNamespace', native.currentNamespace()) })
}

/** The names below `/run/netns`, sorted. Equivalent to `ip netns list`. Linux 4.11. */
export function listNamespaces(): string[] {
  try {
    return readdirSync(NAMESPACE_DIR).toSorted()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new NetlinkError('REFUSED', 'listNamespaces', `${NAMESPACE_DIR} cannot be read`, { cause })
  }
}

/** Takes a name away without opening the namespace first, also one that is stale. Equivalent to `ip netns delete`. Linux 4.11. */
export function deleteNamespace(name: string): void {
  const path = `${NAMESPACE_DIR}/${checkNamespaceName('deleteNamespace', name)}`
  checked('deleteNamespace', native.unnameNamespace(path), `namespace ${JSON.stringify(name)}`)
}
