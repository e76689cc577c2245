import { writeFileSync } from 'node:fs'
import { type Host, httpServer, type Net, tcpEcho, topology, udpEcho } from '@skep/testbed'

export const vips = { v4: '192.0.2.10', v6: '2001:db8:ff::10' } as const
export type Family = keyof typeof vips
export const families = ['v4', 'v6'] as const

type HostName = 'client' | 'lb' | 'near' | 'router-a' | 'router-b' | 'far'

/** Backends by family: `near` is on the load balancer's link, `far` behind either router. */
export const backends = {
  near: { v4: '10.1.0.11', v6: '2001:db8:1::11' },
  far: { v4: '10.2.0.11', v6: '2001:db8:2::11' },
} as const
export const routers = {
  'router-a': { v4: '10.1.0.251', v6: '2001:db8:1::251' },
  'router-b': { v4: '10.1.0.252', v6: '2001:db8:1::252' },
} as const

/** The routers as the far backend knows them. */
export const inner = {
  'router-a': { v4: '10.2.0.251', v6: '2001:db8:2::251' },
  'router-b': { v4: '10.2.0.252', v6: '2001:db8:2::252' },
} as const

export interface NextHopNetwork extends AsyncDisposable {
  readonly net: Net<HostName>
}

/** The kernel asks soon and often: what is tested is the order of things. On a machine as it comes it takes up to a minute. */
const impatient = { base_reachable_time_ms: 1000, delay_first_probe_time: 1, retrans_time_ms: 100 } as const

export function makeImpatient(host: Host, device: string): void {
  host.run(() => {
    for (const family of ['ipv4', 'ipv6'])
      for (const [key, value] of Object.entries(impatient))
        writeFileSync(`/proc/sys/net/${family}/neigh/${device}/${key}`, `${value}`)
  })
}

/** client – lb – a switch with `near` and two routers – a switch with `far`, which answers by `router-b`. */
export async function nextHopNetwork(): Promise<NextHopNetwork> {
  await using stack = new AsyncDisposableStack()
  const net: Net<HostName> = stack.use(
    await topology({
      hosts: {
        client: {},
        lb: {
          forwarding: false,
          sysctls: { 'net.ipv4.fib_multipath_hash_policy': 1, 'net.ipv6.fib_multipath_hash_policy': 1 },
        },
        near: {},
        'router-a': { forwarding: true },
        'router-b': { forwarding: true },
        far: {},
      },
      links: [
        {
          ends: {
            client: ['10.0.0.2/24', '2001:db8::2/64'],
            lb: { addresses: ['10.0.0.1/24', '2001:db8::1/64'], passXdp: false },
          },
        },
        {
          bridge: 'switch',
          ends: {
            lb: { addresses: ['10.1.0.1/24', '2001:db8:1::1/64'], passXdp: false },
            near: ['10.1.0.11/24', '2001:db8:1::11/64'],
            'router-a': ['10.1.0.251/24', '2001:db8:1::251/64'],
            'router-b': ['10.1.0.252/24', '2001:db8:1::252/64'],
          },
        },
        {
          bridge: 'inner',
          ends: {
            'router-a': ['10.2.0.251/24', '2001:db8:2::251/64'],
            'router-b': ['10.2.0.252/24', '2001:db8:2::252/64'],
            far: ['10.2.0.11/24', '2001:db8:2::11/64'],
          },
        },
      ],
    }),
  )
  makeImpatient(net.lb, 'eth1')
  for (const via of ['10.0.0.1', '2001:db8::1']) net.client.netlink.route.replace({ destination: 'default', via })
  for (const via of Object.values(inner['router-b'])) net.far.netlink.route.replace({ destination: 'default', via })
  for (const host of [net.near, net.far]) {
    stack.use(await httpServer(host, { port: 8080 }))
    stack.use(await tcpEcho(host))
    stack.use(await udpEcho(host))
  }
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** `echo` (TCP) and `dns` (UDP) on both service addresses, with one backend. */
export function nextHopConfig(backend: keyof typeof backends, more = ''): string {
  const services = families.flatMap((family) =>
    (['TCP', 'UDP'] as const).map(
      (protocol) => `    - name: ${protocol.toLowerCase()}-${family}
      frontends: [{ address: "${vips[family]}", port: 7, protocol: ${protocol} }]
      backends: [{ address: "${backends[backend][family]}", port: 7 }]`,
    ),
  )
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  ${more}
  services:
${services.join('\n')}
`
}
