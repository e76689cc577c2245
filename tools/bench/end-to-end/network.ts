import { type Host, type HostSpec, type Net, tcpEcho, topology } from '@skep/testbed'
import { startWeb } from './web.ts'

export const BACKENDS = 10
export const WEB_PORT = 80
export const ECHO_PORT = 7

/** Each is a host of its own between the clients and the backends, so that all can be up at once. */
export const middles = ['router', 'skep', 'nftables', 'haproxy'] as const
export type Middle = (typeof middles)[number]

type HostName = Middle | 'client' | `backend-${number}`

/** The service address that a host in the middle answers for. */
export function vipOf(middle: Middle): string {
  return `192.0.2.${10 + middles.indexOf(middle)}`
}

/** A backend's address, by its number from 1. */
export function backendAddress(number: number): string {
  return `10.1.0.${100 + number}`
}

export function backendNumbers(): number[] {
  return Array.from({ length: BACKENDS }, (_, i) => i + 1)
}

/**
 * client – switch – router, skep, nftables, haproxy – switch – ten backends. Each backend has a web server and an echo
 * server. The router spreads its service address over all of them and changes no packet; each has it on its loopback.
 */
export async function buildNetwork(): Promise<AsyncDisposable & { readonly net: Net<HostName> }> {
  await using stack = new AsyncDisposableStack()
  const backends = backendNumbers().map((number) => [`backend-${number}` as const, backendAddress(number)] as const)
  const net: Net<HostName> = stack.use(
    await topology<HostName>({
      hosts: Object.fromEntries([
        ['client', {}],
        ...middles.map((name) => [name, {}]),
        // By ports too, not by addresses alone.
        ['router', { sysctls: { 'net.ipv4.fib_multipath_hash_policy': 1 } }],
        ['haproxy', { loopback: `${vipOf('haproxy')}/32` }],
        ...backends.map(([name]) => [name, { loopback: `${vipOf('router')}/32` }]),
      ]) as Record<HostName, HostSpec>,
      links: [
        {
          bridge: 'front',
          ends: Object.fromEntries([
            ...middles.map((name, i) => [name, `10.0.0.${i + 1}/24`]),
            ['client', '10.0.0.100/24'],
          ]),
        },
        {
          bridge: 'back',
          ends: Object.fromEntries([
            ...middles.map((name, i) => [name, `10.1.0.${i + 1}/24`]),
            ...backends.map(([name, address]) => [name, `${address}/24`]),
          ]),
        },
      ],
    }),
  )
  middles.forEach((name, i) =>
    net.client.netlink.route.add({ destination: `${vipOf(name)}/32`, via: `10.0.0.${i + 1}` }),
  )
  const nexthops = backends.map(([, via]) => ({ via }))
  net.router.netlink.route.add({ destination: `${vipOf('router')}/32`, nexthops })
  for (const [name] of backends) await startServers(net.host(name), stack)
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function startServers(host: Host, stack: AsyncDisposableStack): Promise<void> {
  stack.use(await startWeb(host, WEB_PORT))
  stack.use(await tcpEcho(host, { port: ECHO_PORT }))
}
