import { writeFileSync } from 'node:fs'
import { anonymousNamespace, type Netlink, type NetworkNamespace, openNetlink } from 'netlink-ts'

/** A host of its own that routes between clients and backends: two devices, fixed neighbours, no real traffic. */
export interface Lab extends Disposable {
  readonly ns: NetworkNamespace
  readonly nl: Netlink
  /** Indexes of the devices that clients and backends are behind. */
  readonly front: number
  readonly back: number
}

export const mac = {
  client: '02:00:00:00:00:01',
  front: '02:00:00:00:00:02',
  back: '02:00:00:00:01:02',
  backend: '02:00:00:00:01:01',
} as const

export const client = { v4: '10.0.0.9', v6: 'fd00::9' } as const
export const vip = { v4: '192.0.2.10', v6: '2001:db8::10' } as const
export const own = { v4: '10.1.0.1', v6: 'fd00:1::1' } as const
export const backend = { v4: '10.1.0.20', v6: 'fd00:1::20' } as const
export const spare = { v4: '10.1.0.21', v6: 'fd00:1::21' } as const

export function lab(): Lab {
  using undo = new DisposableStack()
  const ns = undo.use(anonymousNamespace())
  const nl = undo.use(openNetlink({ ns }))
  ns.run(() => {
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
    writeFileSync('/proc/sys/net/ipv6/conf/all/forwarding', '1')
  })
  nl.link.set({ name: 'lo', up: true })
  const front = device(nl, 'front', mac.front, ['10.0.0.1/16', 'fd00::1/64'])
  const back = device(nl, 'back', mac.back, [`${own.v4}/24`, `${own.v6}/64`])
  for (const address of Object.values(client)) nl.neighbor.add({ index: front, address, lladdr: mac.client })
  for (const address of [...Object.values(backend), ...Object.values(spare)])
    nl.neighbor.add({ index: back, address, lladdr: mac.backend })
  const end = undo.move()
  return { ns, nl, front, back, [Symbol.dispose]: () => end.dispose() }
}

function device(nl: Netlink, name: string, address: string, addresses: readonly string[]): number {
  nl.link.add({ kind: 'veth', name, address, peer: { name: `${name}-peer` } })
  nl.link.set({ name: `${name}-peer`, up: true })
  nl.link.set({ name, up: true })
  for (const one of addresses) nl.address.add({ device: name, address: one, flags: ['nodad'] })
  return nl.link.get({ name })!.index
}
