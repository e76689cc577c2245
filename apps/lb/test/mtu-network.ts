import { type Net, topology, udpEcho } from '@skep/testbed'

export const vips = { v4: '192.0.2.10', v6: '2001:db8:ff::10' } as const
export type Family = keyof typeof vips
export const families = ['v4', 'v6'] as const
export const PORT = 53

export interface MtuNetwork extends AsyncDisposable {
  readonly net: Net<'client' | 'lb' | 'backend'>
}

/** Of the links between client and load balancer, and between load balancer and backend. */
export interface Mtus {
  readonly front: number
  readonly back: number
}

/** No driver has XDP for longer frames in one buffer: there the ends have none of their own. */
const LONGEST_XDP = 3400

/** client – lb – backend, each link with its own MTU, and a link past the load balancer for what DSR answers. */
export async function mtuNetwork({ front, back }: Mtus): Promise<MtuNetwork> {
  await using stack = new AsyncDisposableStack()
  const end = (mtu: number, ...addresses: string[]) => ({ addresses, passXdp: mtu <= LONGEST_XDP })
  const own = (...addresses: string[]) => ({ addresses, passXdp: false })
  const net = stack.use(
    await topology({
      hosts: {
        client: { forwarding: false },
        lb: { forwarding: false },
        backend: {
          forwarding: false,
          loopback: [`${vips.v4}/32`, `${vips.v6}/128`],
          sysctls: { 'net.ipv4.conf.all.arp_ignore': 1, 'net.ipv4.conf.all.arp_announce': 2 },
        },
      },
      links: [
        {
          mtu: front,
          ends: { client: end(front, '10.0.0.2/24', '2001:db8::2/64'), lb: own('10.0.0.1/24', '2001:db8::1/64') },
        },
        {
          mtu: back,
          ends: { lb: own('10.1.0.1/24', '2001:db8:1::1/64'), backend: end(back, '10.1.0.11/24', '2001:db8:1::11/64') },
        },
        {
          mtu: 9000,
          ends: { client: own('10.9.0.2/24', '2001:db8:9::2/64'), backend: own('10.9.0.11/24', '2001:db8:9::11/64') },
        },
      ],
    }),
  )
  for (const [address, via, past] of [
    [vips.v4, '10.0.0.1', '10.9.0.2'],
    [vips.v6, '2001:db8::1', '2001:db8:9::2'],
  ] as const) {
    net.client.netlink.route.add({ destination: address, via })
    net.backend.netlink.route.add({ destination: address === vips.v4 ? '10.0.0.0/24' : '2001:db8::/64', via: past })
  }
  for (const address of [...Object.values(vips), '10.1.0.11', '2001:db8:1::11'])
    stack.use(await udpEcho(net.backend, { port: PORT, address }))
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** SNAT, or DSR by the MAC, of a datagram service on both addresses. */
export function mtuConfig(mode: 'snat' | 'dsr', acceleration: string): string {
  const service = (family: Family, backend: string) => `    - name: echo-${family}
      frontends: [{ address: "${vips[family]}", port: ${PORT}, protocol: UDP }]
      backends: [{ address: "${backend}", port: ${PORT} }]
`
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  acceleration: ${acceleration}
  mode: ${mode}
  ${mode === 'dsr' ? 'dsr: { dispatch: l2 }' : ''}
  services:
${service('v4', '10.1.0.11')}${service('v6', '2001:db8:1::11')}`
}
