import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Server } from 'node:net'
import type { ServerCounter } from './counter.ts'

type Handler = (argument: string, request: IncomingMessage, response: ServerResponse) => void

/**
 * An HTTP server that says who it is, in the header `x-server` and, at `/`, in the body. `/peer` is the client as seen
 * from here, `/bytes/<n>` a body of n bytes, `/delay/<ms>` an answer after so long; a POST is echoed.
 */
export function httpServer(name: string, counter: ServerCounter): Server {
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    counter.request()
    response.setHeader('x-server', name)
    respond(name, request, response)
  })
  server.on('connection', (socket) => {
    counter.connection(socket.remoteAddress)
    socket.on('close', () => counter.closed())
  })
  return server
}

function respond(name: string, request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'POST') {
    request.pipe(response)
    return
  }
  const [, verb = '', argument = ''] = /^\/(\w*)\/?(\d*)$/.exec(request.url ?? '/') ?? ['', 'unknown']
  const handler = verb === '' ? () => response.end(name) : handlers[verb]
  if (handler) handler(argument, request, response)
  else response.writeHead(404).end(`no such path; there are / /${Object.keys(handlers).join(' /')}`)
}

const handlers: Readonly<Record<string, Handler>> = {
  peer: (_, { socket }, response) => response.end(`${socket.remoteAddress} ${socket.remotePort}`),
  bytes: (count, _, response) => response.end(Buffer.alloc(Number(count), 'x')),
  delay: (ms, _, response) => void setTimeout(() => response.end(), Number(ms)),
}
