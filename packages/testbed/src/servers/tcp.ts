import type { Server } from 'node:net'
import { createServer } from 'node:net'
import type { ServerCounter } from './counter.ts'

/** A TCP server that greets with its name on a line of its own, then echoes; it closes after the client has. */
export function tcpEchoServer(name: string, counter: ServerCounter): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    counter.connection(socket.remoteAddress)
    socket.write(`${name}\n`)
    socket.on('data', () => counter.request())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => counter.closed())
    socket.pipe(socket)
  })
}
