import { type EchoServer, httpServer, type Net, tcpEcho, topology } from '@skep/testbed'
import { backend } from './config.ts'

type HostName = 'client' | 'lb' | 'backend-1' | 'backend-2' | 'backend-3'

/** client – lb – switch – three backends, each a network namespace, with an HTTP and an echo server on each backend. */
export interface Network extends AsyncDisposable {
  readonly net: Net<HostName>
  /** The echo servers, in the order of the backends' numbers. */
  readonly echo: readonly EchoServer[]
}

const numbers = [1, 2, 3]

/** Builds the network and starts the servers. */
export async function buildNetwork(): Promise<Network> {
  await using stack = new AsyncDisposableStack()
  const ends = Object.fromEntries(
    numbers.map((number) => [backend(number).name, [`${backend(number).ipv4}/24`, `${backend(number).ipv6}/64`]]),
  )
  const net: Net<HostName> = stack.use(
    await topology({
      hosts: { client: {}, lb: {}, 'backend-1': {}, 'backend-2': {}, 'backend-3': {} },
      links: [
        { ends: { client: ['10.0.0.2/24', '2001:db8::2/64'], lb: ['10.0.0.1/24', '2001:db8::1/64'] } },
        { ends: { lb: ['10.1.0.1/24', '2001:db8:1::1/64'], ...ends }, bridge: 'switch' },
      ],
    }),
  )
  const hosts = numbers.map((number) => net.host(backend(number).name))
  const web = await Promise.all(hosts.map((host) => httpServer(host, { port: 8080 })))
  const echo = await Promise.all(hosts.map((host) => tcpEcho(host)))
  for (const server of [...web, ...echo]) stack.use(server)
  const owned = stack.move()
  return { net, echo, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
