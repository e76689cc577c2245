import { httpServer, tcpEcho, topology, type EchoServer, type Net } from '@skep/testbed'
import { backend } from './config.ts'

type HostName = 'client' | 'lb' | 'backend-1' | 'backend-2' | 'backend-3'

/** client – lb – switch – three backends, each a network namespace, with an HTTP server on each backend. */
export interface Network extends AsyncDisposable {
  readonly net: Net<HostName>
}

const numbers = [1, 2, 3]

/** Builds the network and starts the servers. */
export async function buildNetwork(): Promise<Network> {
  await using stack = new AsyncDisposableStack()
  const ends = Object.fromEntries(
    numbers.map((number) => [backend(number).name, [`${backend(number).ipv4}/24`, `${backend(number).ipv6}/64`]]),
  )
  const net = stack.use(
    await topology({
      hosts: { client: {}, lb: {}, 'backend-1': {}, 'backend-2': {}, 'backend-3': {} },
      links: [
        { ends: { client: ['10.0.0.2/24', '2001:db8::2/64'], lb: ['10.0.0.1/24', '2001:db8::1/64'] } },
        { ends: { lb: ['10.1.0.1/24', '2001:db8:1::1/64'], ...ends }, bridge: 'switch' },
      ],
    }),
  )
  for (const server of await Promise.all(numbers.flatMap((number) => servers(net, number)))) stack.use(server)
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function servers(net: Net<HostName>, number: number): Promise<EchoServer>[] {
  const host = net.host(backend(number).name)
  return [httpServer(host, { port: 8080 }), tcpEcho(host)]
}
