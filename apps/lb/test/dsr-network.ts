import { type Host, httpServer, type Net, tcpEcho, topology, udpEcho } from '@skep/testbed'
import { SkepDecap } from './decap.ts'

export const vips = { v4: '192.0.2.10', v6: '2001:db8:ff::10' } as const
/** Where the outer source of tunnelled packets comes from. */
export const tunnelSources = ['10.255.0.0/16', '2001:db8:fffe::/64'] as const
export const families = ['v4', 'v6'] as const
export type Family = (typeof families)[number]

type HostName = 'client' | 'router' | 'lb' | 'backend-1' | 'backend-2' | 'backend-3'
const numbers = [1, 2, 3] as const

/**
 * client – router – one segment with the load balancer, which has one leg, and three backends. They have the service
 * addresses on `lo`, tell nobody, and run `skep-lb decap`.
 */
export interface DsrNetwork extends AsyncDisposable {
  readonly net: Net<HostName>
}

/** `decap: devices`: the backends have Linux's tunnel devices in place of `skep-lb decap`. */
export async function dsrNetwork({ acceleration = 'native', decap = 'skep-lb' } = {}): Promise<DsrNetwork> {
  await using stack = new AsyncDisposableStack()
  const server = {
    loopback: [`${vips.v4}/32`, `${vips.v6}/128`],
    sysctls: {
      'net.ipv4.conf.all.arp_ignore': 1,
      'net.ipv4.conf.all.arp_announce': 2,
      'net.ipv4.conf.default.arp_notify': 1,
      'net.ipv6.conf.default.ndisc_notify': 1,
    },
  }
  const net: Net<HostName> = stack.use(
    await topology({
      hosts: {
        client: {},
        router: { forwarding: true },
        lb: { forwarding: false },
        'backend-1': server,
        'backend-2': server,
        'backend-3': server,
      },
      links: [
        { ends: { client: ['10.0.0.2/24', '2001:db8::2/64'], router: ['10.0.0.1/24', '2001:db8::1/64'] } },
        {
          bridge: 'switch',
          ends: {
            router: ['10.1.0.1/24', '2001:db8:1::1/64'],
            lb: { addresses: ['10.1.0.2/24', '2001:db8:1::2/64'], passXdp: false },
            ...Object.fromEntries(
              numbers.map((i) => [
                `backend-${i}`,
                { addresses: [`10.1.0.1${i}/24`, `2001:db8:1::1${i}/64`], passXdp: false },
              ]),
            ),
          },
        },
      ],
    }),
  )
  net.router.netlink.route.add({ destination: `${vips.v4}/32`, via: '10.1.0.2' })
  net.router.netlink.route.add({ destination: `${vips.v6}/128`, via: '2001:db8:1::2' })
  for (const i of numbers) {
    const host = net.host(`backend-${i}`)
    for (const port of [80, 8080]) stack.use(await httpServer(host, { port }))
    stack.use(await tcpEcho(host))
    // A datagram is answered from where its server is bound; with the option that is the backend's own address.
    for (const address of [...Object.values(vips), host.address(4, 'eth0'), host.address(6, 'eth0')])
      stack.use(await udpEcho(host, { port: 53, address }))
    if (decap === 'devices') await addTunnels(host)
    else await stack.use(new SkepDecap(host)).start(decapSpec(acceleration))
  }
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Tunnels that take packets from any remote: IPv4 in IPv4, IPv6 in IPv4, and either in IPv6. */
async function addTunnels(host: Host): Promise<void> {
  const tunnels = [
    { name: 'ipip1', type: ['ipip'], local: host.address(4, 'eth0') },
    { name: 'sit1', type: ['sit'], local: host.address(4, 'eth0') },
    { name: 'tnl6', type: ['ip6tnl', 'mode', 'any'], local: host.address(6, 'eth0') },
  ]
  for (const { name, type, local } of tunnels) {
    await host.exec('ip', 'link', 'add', name, 'type', ...type, 'local', local, 'remote', 'any')
    host.netlink.link.set({ name, up: true })
  }
}

/** What `skep-lb decap` is told on each backend. */
function decapSpec(acceleration: string): string {
  return `  devices: [eth0]
  dispatch: [ipip, opt]
  acceleration: ${acceleration}
  vips: [${vips.v4}, "${vips.v6}"]
  sources: [10.1.0.2, "2001:db8:1::2", ${tunnelSources[0]}, "${tunnelSources[1]}"]
`
}

export interface DsrOptions {
  readonly dispatch?: string
  /** Of the backends; left out, each frontend's own. */
  readonly backends?: Family
  readonly spread?: boolean
  /** Of each service. */
  readonly more?: string
  /** By backend number. */
  readonly weights?: Readonly<Record<number, number>>
  /** Ports of TCP services, the same on the backends. */
  readonly ports?: Readonly<Record<string, number>>
  /** Of the backends of `web`, where they are not the service's. */
  readonly webPort?: number
}

/** `web`, `echo` and, over UDP, `dns` on both service addresses, with the backends of these numbers. */
export function dsrConfig(numbersInUse: readonly number[], options: DsrOptions = {}): string {
  const { dispatch = 'ipip', spread = false, ports = { web: 80, echo: 7 } } = options
  const sources = spread ? `, tunnelSources: [${tunnelSources[0]}, "${tunnelSources[1]}"]` : ''
  const services = Object.entries(ports).flatMap(([name, port]) =>
    families.map((family) =>
      serviceText({ name: `${name}-${family}`, family, port, kind: 'TCP' }, numbersInUse, options),
    ),
  )
  const dns = families.map((family) =>
    serviceText({ name: `dns-${family}`, family, port: 53, kind: 'UDP' }, numbersInUse, options),
  )
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  mode: dsr
  dsr: { dispatch: ${dispatch}${sources} }
  services:
${[...services, ...dns].join('\n')}
`
}

interface ServiceText {
  readonly name: string
  readonly family: Family
  readonly port: number
  readonly kind: 'TCP' | 'UDP'
}

function serviceText({ name, family, port, kind }: ServiceText, used: readonly number[], options: DsrOptions): string {
  const prefix = { v4: '10.1.0.1', v6: '2001:db8:1::1' }[options.backends ?? family]
  const backends = used.map(
    (i) =>
      `        - { address: "${prefix}${i}", port: ${name.startsWith('web') ? (options.webPort ?? port) : port}, weight: ${options.weights?.[i] ?? 1} }`,
  )
  return `    - name: ${name}
      frontends: [{ address: "${vips[family]}", port: ${port}, protocol: ${kind} }]
      ${options.more ?? ''}
      backends:
${backends.join('\n')}`
}
