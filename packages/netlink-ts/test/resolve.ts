import type { Netlink } from '../src/netlink.ts'

/** Has the kernel resolve a neighbour, over the wire; its link-layer address. */
export async function resolve(nl: Netlink, device: string, address: string): Promise<string> {
  await using monitor = nl.monitor(['neighbor'])
  nl.neighbor.replace({ device, address, flags: ['use'] })
  for await (const event of monitor) {
    for (const change of event.type === 'resync' ? event.changes : [event]) {
      if (change.type !== 'neighbor' || change.value.address !== address) continue
      if (change.value.state === 'reachable' && change.value.lladdr !== undefined) return change.value.lladdr
      if (change.value.state === 'failed') throw new Error(`nobody at ${address} answers on ${device}`)
    }
  }
  throw new Error('the monitor ended')
}
