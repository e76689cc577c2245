import { anonymousNamespace, type Netlink, type NetworkNamespace, openNetlink } from 'netlink-ts'

/** Two ends of a cable: here (10.0.0.1, 2001:db8::1) and there (10.0.0.2 to 10.0.0.9, 2001:db8::2). */
export interface Lab extends Disposable {
  readonly here: Netlink
  readonly there: Netlink
  /** Of the device on this side. */
  readonly index: number
}

export const macs = ['02:00:00:00:00:11', '02:00:00:00:00:12'] as const

/** The kernel waits a second, not five, and asks again ten times a second: what is tested is the order of things. */
const settings = {
  base_reachable_time_ms: 1000,
  delay_first_probe_time: 1,
  retrans_time_ms: 100,
  locktime: 0,
  interval_probe_time_ms: 1000,
} as const

export function lab(write: (ns: NetworkNamespace, key: string, value: number) => void): Lab {
  using stack = new DisposableStack()
  const [near, far] = [stack.use(anonymousNamespace()), stack.use(anonymousNamespace())]
  const [here, there] = [stack.use(openNetlink({ ns: near })), stack.use(openNetlink({ ns: far }))]
  here.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', ns: far, up: true, address: macs[0] } })
  for (const family of ['ipv4', 'ipv6'])
    for (const [key, value] of Object.entries(settings)) write(near, `net/${family}/neigh/e0/${key}`, value)
  addAddresses(here, 'e0', ['10.0.0.1/24', '2001:db8::1/64'])
  addAddresses(there, 'e1', ['10.0.0.2/24', '2001:db8::2/64'])
  const { index } = here.link.get({ name: 'e0' })!
  const owned = stack.move()
  return { here, there, index, [Symbol.dispose]: () => owned.dispose() }
}

export function addAddresses({ address }: Netlink, device: string, all: readonly string[]): void {
  for (const one of all) address.add({ device, address: one, flags: one.includes(':') ? ['nodad'] : [] })
}
