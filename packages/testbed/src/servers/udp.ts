import type { Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import type { ServerCounter } from './counter.ts'

/** A UDP server that answers each datagram with its name on a line of its own, then the datagram. */
export function udpEchoServer(name: string, address: string, counter: ServerCounter): Socket {
  const greeting = Buffer.from(`${name}\n`)
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' })
  socket.on('message', (datagram, peer) => {
    counter.datagram(peer.address)
    counter.request()
    // A client that is gone makes the send fail; that is the client's to report.
    socket.send([greeting, datagram], peer.port, peer.address, () => {})
  })
  return socket
}
