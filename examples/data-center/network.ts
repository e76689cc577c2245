import { type Host, type Net, tcpEcho, topology } from '@skep/testbed'
import {
  addressOf,
  type BackendName,
  type BalancerName,
  backends,
  balancers,
  router,
  vips,
  withLengths,
} from './addresses.ts'

type HostName = 'client' | 'router' | BalancerName | BackendName

/**
 * client – router – one segment with three load balancers, which have one leg each, and four backends, which have the
 * addresses of the services that are served directly, and tell nobody.
 */
export interface DataCenter extends AsyncDisposable {
  readonly net: Net<HostName>
  /** Whether the load balancer's cable is in the switch. */
  readonly plug: (name: BalancerName, isIn: boolean) => void
}

export async function buildDataCenter(): Promise<DataCenter> {
  await using stack = new AsyncDisposableStack()
  const net: Net<HostName> = stack.use(
    await topology<HostName>({
      hosts: {
        client: {},
        // By ports too, not by addresses alone: what a data centre's switches do.
        router: {
          forwarding: true,
          sysctls: { 'net.ipv4.fib_multipath_hash_policy': 1, 'net.ipv6.fib_multipath_hash_policy': 1 },
        },
        ...every(balancers, () => ({ forwarding: false })),
        ...every(backends, () => server),
      },
      links: [
        { ends: { client: ['10.0.0.2/24', '2001:db8::2/64'], router: ['10.0.0.1/24', '2001:db8::1/64'] } },
        {
          bridge: 'switch',
          ends: {
            router: withLengths(router),
            ...every(balancers, (name) => ({ addresses: withLengths(addressOf(name)), passXdp: false })),
            ...every(backends, (name) => withLengths(addressOf(name))),
          },
        },
      ],
    }),
  )
  for (const name of backends) stack.use(await tcpEcho(net.host(name)))
  const owned = stack.move()
  const ports = net.host('switch')
  return { net, plug: plugIn(ports), [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const direct = [vips.stable, vips.moving]

const server = {
  loopback: direct.flatMap(({ ipv4, ipv6 }) => [`${ipv4}/32`, `${ipv6}/128`]),
  sysctls: { 'net.ipv4.conf.all.arp_ignore': 1, 'net.ipv4.conf.all.arp_announce': 2 },
}

/** The router sees no carrier change: its own cable is another one. */
function plugIn(ports: Host): DataCenter['plug'] {
  return (name, isIn) => ports.netlink.link.set({ name, up: isIn })
}

function every<Name extends string, T>(names: readonly Name[], of: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, T>
}
