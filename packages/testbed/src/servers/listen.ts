import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { ServerCounter } from './counter.ts'
import { httpServer } from './http.ts'
import type { ServerSetup, ServerStats } from './options.ts'
import { tcpEchoServer } from './tcp.ts'
import { udpEchoServer } from './udp.ts'

/** A server of this thread. */
export interface Listening {
  readonly port: number
  stats(): ServerStats
  /** Resets its connections. */
  close(): void
}

/** Opens a server in this thread; resolves when it listens. Rejects with the system's error (`EADDRINUSE`, …). */
export async function listen(setup: ServerSetup): Promise<Listening> {
  return setup.kind === 'udp' ? await listenUdp(setup) : await listenTcp(setup)
}

async function listenTcp({ kind, name, address, port }: ServerSetup): Promise<Listening> {
  const counter = new ServerCounter()
  const server = kind === 'http' ? httpServer(name, counter) : tcpEchoServer(name, counter)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen({ host: address, port, backlog: 4096 })
  await once(server, 'listening')
  const close = (): void => {
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return { port: portOf(server.address()), stats: () => counter.stats(), close }
}

async function listenUdp({ name, address, port }: ServerSetup): Promise<Listening> {
  const counter = new ServerCounter()
  const socket = udpEchoServer(name, address, counter)
  socket.bind({ address, port })
  await once(socket, 'listening')
  return { port: socket.address().port, stats: () => counter.stats(), close: () => socket.close() }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port')
  return address.port
}
