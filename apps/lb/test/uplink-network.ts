import { type Net, tcpEcho, topology, udpEcho } from '@skep/testbed'

export const vips = { v4: '192.0.2.10', v6: '2001:db8:ff::10' } as const
/** The load balancer's own addresses: on no link, so that they outlive each. */
const own = { v4: '10.9.0.1', v6: '2001:db8:9::1' } as const
const backend = { v4: '10.2.0.11', v6: '2001:db8:2::11' } as const

export const uplinks = ['router-a', 'router-b'] as const
export type Uplink = (typeof uplinks)[number]

const links = {
  'router-a': { device: 'eth1', v4: '10.1.1', v6: '2001:db8:1', inner: { v4: '10.2.0.251', v6: '2001:db8:2::251' } },
  'router-b': { device: 'eth2', v4: '10.1.2', v6: '2001:db8:3', inner: { v4: '10.2.0.252', v6: '2001:db8:2::252' } },
} as const

export interface UplinkNetwork extends AsyncDisposable {
  readonly net: Net<'client' | 'lb' | 'backend' | Uplink>
}

export function deviceTo(uplink: Uplink): string {
  return links[uplink].device
}

/** client – lb – a link to each of two routers – a switch with the backend, which answers by one of them. */
export async function uplinkNetwork(): Promise<UplinkNetwork> {
  await using stack = new AsyncDisposableStack()
  const net: UplinkNetwork['net'] = stack.use(
    await topology({
      hosts: {
        client: {},
        lb: { forwarding: false, loopback: [`${own.v4}/32`, `${own.v6}/128`] },
        'router-a': { forwarding: true },
        'router-b': { forwarding: true },
        backend: {},
      },
      links: [
        {
          ends: {
            client: ['10.0.0.2/24', '2001:db8::2/64'],
            lb: { addresses: ['10.0.0.1/24', '2001:db8::1/64'], passXdp: false },
          },
        },
        ...uplinks.map((router) => ({
          ends: {
            lb: { addresses: [`${links[router].v4}.1/24`, `${links[router].v6}::1/64`], passXdp: false },
            [router]: { addresses: [`${links[router].v4}.2/24`, `${links[router].v6}::2/64`], passXdp: true },
          },
        })),
        {
          bridge: 'inner',
          ends: {
            ...Object.fromEntries(
              uplinks.map((router) => [router, [`${links[router].inner.v4}/24`, `${links[router].inner.v6}/64`]]),
            ),
            backend: [`${backend.v4}/24`, `${backend.v6}/64`],
          },
        },
      ],
    }),
  )
  for (const via of ['10.0.0.1', '2001:db8::1']) net.client.netlink.route.replace({ destination: 'default', via })
  for (const router of uplinks)
    for (const family of ['v4', 'v6'] as const) {
      const destination = `${own[family]}/${family === 'v4' ? 32 : 128}`
      net[router].netlink.route.add({ destination, via: gateway(router, family, 1) })
    }
  route(net)
  answerBy(net, 'router-b')
  stack.use(await tcpEcho(net.backend))
  stack.use(await udpEcho(net.backend))
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function gateway(router: Uplink, family: 'v4' | 'v6', host: number): string {
  return family === 'v4' ? `${links[router].v4}.${host}` : `${links[router].v6}::${host}`
}

/** By both routers. */
function route({ lb }: UplinkNetwork['net']): void {
  for (const family of ['v4', 'v6'] as const)
    lb.netlink.route.replace({
      destination: family === 'v4' ? '10.2.0.0/24' : '2001:db8:2::/64',
      nexthops: uplinks.map((router) => ({ via: gateway(router, family, 2) })),
    })
}

/** By which router the backend answers. */
export function answerBy({ backend: host }: UplinkNetwork['net'], uplink: Uplink): void {
  for (const via of Object.values(links[uplink].inner)) host.netlink.route.replace({ destination: 'default', via })
}

/** The link is up again, with what went with it. */
export function restore(net: UplinkNetwork['net'], uplink: Uplink): void {
  const { device, v6 } = links[uplink]
  net.lb.netlink.link.set({ name: device, up: true })
  net.lb.netlink.address.replace({ device, address: `${v6}::1/64`, flags: ['nodad'] })
  route(net)
}

/** Echo services on both service addresses. */
export function uplinkConfig(): string {
  const services = (['v4', 'v6'] as const).flatMap((family) =>
    (['TCP', 'UDP'] as const).map(
      (protocol) => `    - name: ${protocol.toLowerCase()}-${family}
      frontends: [{ address: "${vips[family]}", port: 7, protocol: ${protocol} }]
      backends: [{ address: "${backend[family]}", port: 7 }]`,
    ),
  )
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1, eth2]
  snat: { sources: ["${own.v4}", "${own.v6}"] }
  services:
${services.join('\n')}
`
}
