import type { Host } from '@skep/testbed'

/** Waits until a host takes the address to be at the MAC, without being asked: it only listens. */
export async function untilAt(host: Host, address: string, mac: string): Promise<void> {
  await using monitor = host.netlink.monitor(['neighbor'])
  const is = () => host.netlink.neighbor.get({ device: 'eth0', address })?.lladdr === mac
  if (is()) return
  for await (const _ of monitor) if (is()) return
}

/** Asks the link where the address is, and waits for the answer; `undefined`: nobody has answered. */
export async function resolve(host: Host, address: string): Promise<string | undefined> {
  await using monitor = host.netlink.monitor(['neighbor'])
  const key = { device: 'eth0', address }
  if (host.netlink.neighbor.get(key) !== undefined) host.netlink.neighbor.delete(key)
  host.netlink.neighbor.replace({ ...key, flags: ['use'] })
  const found = () => host.netlink.neighbor.get(key)
  for await (const _ of monitor) {
    const entry = found()
    if (entry === undefined || entry.state === 'failed') return undefined
    if (entry.lladdr !== undefined) return entry.lladdr
  }
  return undefined
}
