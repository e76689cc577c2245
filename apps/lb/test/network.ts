import { httpServer, type Net, tcpEcho, topology } from '@skep/testbed'

export const vip4 = '192.0.2.10'
export const vip6 = '2001:db8:ff::10'

type HostName = 'client' | 'lb' | 'backend-1' | 'backend-2' | 'backend-3'

/** client – lb – three backends on a switch, each with an HTTP server on port 8080 and an echo server on port 7. */
export interface Network extends AsyncDisposable {
  readonly net: Net<HostName>
}

export async function network(): Promise<Network> {
  await using stack = new AsyncDisposableStack()
  const backends = [1, 2, 3]
  const net: Net<HostName> = stack.use(
    await topology({
      hosts: { client: {}, lb: { forwarding: false }, 'backend-1': {}, 'backend-2': {}, 'backend-3': {} },
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
            ...Object.fromEntries(backends.map((i) => [`backend-${i}`, [`10.1.0.1${i}/24`, `2001:db8:1::1${i}/64`]])),
          },
        },
      ],
    }),
  )
  for (const via of ['10.0.0.1', '2001:db8::1']) net.client.netlink.route.add({ destination: 'default', via })
  for (const i of backends) {
    stack.use(await httpServer(net.host(`backend-${i}`), { port: 8080 }))
    stack.use(await tcpEcho(net.host(`backend-${i}`)))
  }
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** A configuration with the given backends (numbers from 1): `web` on both service addresses, `echo` on the IPv4 one. */
export function config(numbers: readonly number[], { more = '' } = {}): string {
  const backends = (prefix: string, port: number) =>
    numbers.map((i) => `        - { address: "${prefix}${i}", port: ${port} }`).join('\n')
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  ${more}
  services:
    - name: web
      frontends: [{ address: ${vip4}, port: 80 }, { address: "${vip6}", port: 80 }]
      backends:
${backends('10.1.0.1', 8080)}
${backends('2001:db8:1::1', 8080)}
    - name: echo
      frontends: [{ address: ${vip4}, port: 7 }]
      backends:
${backends('10.1.0.1', 7)}
`
}
