/** What the tests may ask of a kernel: devices, queueing, firewalls, file systems; not graphics or sound. */
const KEPT = [
  'arch/',
  'crypto/',
  'lib/',
  'net/',
  'fs/9p/',
  'fs/fscache/',
  'fs/netfs/',
  'fs/overlayfs/',
  'drivers/virtio/',
  'drivers/char/hw_random/virtio-rng',
  'drivers/net/bonding/',
  'drivers/net/ipvlan/',
  'drivers/net/macvlan',
  'drivers/net/netdevsim/',
  'drivers/net/team/',
  'drivers/net/vxlan',
  'drivers/net/wireguard/',
]

/** Single drivers right below `drivers/net`: dummy, veth, vrf, geneve, ifb … */
const SINGLE_NET = /^drivers\/net\/[^/]+$/

/** Whether a module belongs into a virtual machine; the path is relative to a kernel's folder `kernel`. */
export function isWanted(path: string): boolean {
  return SINGLE_NET.test(path) || KEPT.some((prefix) => path.startsWith(prefix))
}

/** A module's own name: `kernel/fs/9p/9p.ko.xz` → `9p`. Dashes and underscores are the same to the kernel. */
export function moduleName(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_')
}

/**
 * The paths of the wanted modules and of those that they need, in the order to insert them, by what `modules.dep` says.
 * A name that is not in there is built into the kernel.
 */
export function insertionOrder(modulesDep: string, wanted: readonly string[]): string[] {
  const needs = new Map<string, readonly string[]>()
  for (const line of modulesDep.split('\n').filter(Boolean)) {
    const [path = '', list = ''] = line.split(':')
    needs.set(path, list.split(' ').filter(Boolean))
  }
  const byName = new Map([...needs.keys()].map((path) => [moduleName(path), path]))
  const order = new Set<string>()
  const visit = (path: string): void => {
    for (const needed of needs.get(path) ?? []) if (!order.has(needed)) visit(needed)
    order.add(path)
  }
  for (const name of wanted) {
    const path = byName.get(name)
    if (path !== undefined) visit(path)
  }
  return [...order]
}
