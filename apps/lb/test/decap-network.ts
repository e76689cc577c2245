import { httpServer, type Net, tcpEcho, topology, udpEcho } from '@skep/testbed'
import type { DispatchOptions } from './decap.ts'

export const vip = { v4: '192.0.2.10', v6: '2001:db8::10' } as const
export const backend = { v4: '10.0.0.3', v6: 'fd00::3' } as const
export const source = { v4: '10.255.7.7', v6: 'fd00:ff::7' } as const
export const url = { v4: `http://${vip.v4}`, v6: `http://[${vip.v6}]` } as const
export const families = ['v4', 'v6'] as const
/** What load balancers here dispatch, unless a test says otherwise. */
export const base = { vip, backend, source, port: 80, backendPort: 8080 } satisfies Omit<DispatchOptions, 'by'>

export type DecapNetwork = Net<'client' | 'lb' | 'backend'>

/** A backend's configuration for IPIP. */
export const ipip = (acceleration: string): string => `  devices: [eth0]
  acceleration: ${acceleration}
  sources: [10.255.0.0/16, "fd00:ff::/32"]
  vips: [${vip.v4}, "${vip.v6}"]
`
/** A backend's configuration for Cilium's option. */
export const option = (acceleration: string): string => `  devices: [eth0]
  acceleration: ${acceleration}
  dispatch: [opt]
  vips: [${vip.v4}, "${vip.v6}"]
`

/**
 * Client, load balancer and backend on one segment. The backend has the service addresses and serves HTTP at ports 80 and 8080,
 * TCP echo at 7, UDP echo at 53 and 5353.
 */
export async function decapNetwork(): Promise<DecapNetwork> {
  await using undo = new AsyncDisposableStack()
  const net = undo.use(await oneSegment())
  // With room for an outer header, as a path MTU of 1460 leaves it on a network of 1500.
  for (const [destination, via] of [
    [`${vip.v4}/32`, '10.0.0.1'],
    [`${vip.v6}/128`, 'fd00::1'],
  ] as const)
    net.client.netlink.route.add({ destination, via, metrics: { mtu: 1440 } })
  undo.use(await httpServer(net.backend, { port: 80 }))
  undo.use(await httpServer(net.backend, { port: 8080 }))
  undo.use(await tcpEcho(net.backend, { port: 7 }))
  // A datagram is answered from the address that the server is bound to.
  for (const address of Object.values(vip)) undo.use(await udpEcho(net.backend, { port: 53, address }))
  undo.use(await udpEcho(net.backend, { port: 5353 }))
  const all = undo.move()
  return Object.assign(net, { [Symbol.asyncDispose]: () => all.disposeAsync() })
}

async function oneSegment(): Promise<DecapNetwork> {
  return await topology({
    hosts: {
      client: {},
      lb: { forwarding: true },
      backend: { loopback: [`${vip.v4}/32`, `${vip.v6}/128`] },
    },
    links: [
      {
        ends: {
          client: ['10.0.0.2/24', 'fd00::2/64'],
          lb: { addresses: ['10.0.0.1/24', 'fd00::1/64'], passXdp: false },
          backend: { addresses: ['10.0.0.3/24', 'fd00::3/64'], passXdp: false },
        },
      },
    ],
  })
}
