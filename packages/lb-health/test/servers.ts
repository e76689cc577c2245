import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import {
  createServer as createHttp2,
  createSecureServer as createSecureHttp2,
  type ServerHttp2Stream,
} from 'node:http2'

/** A server on 127.0.0.1 that ends with its scope, connections and all. */
export interface Listening extends AsyncDisposable {
  readonly port: number
}

export const certificateFile: string = `${import.meta.dirname}/certificate.pem`
const secrets = { cert: readFileSync(certificateFile), key: readFileSync(`${import.meta.dirname}/key.pem`) }

async function listening(server: Server, port = 0): Promise<Listening> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => open.delete(socket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export function tcpServer(serve: (socket: Socket) => void = () => {}, port = 0): Promise<Listening> {
  return listening(createTcp(serve), port)
}

export function httpServer(answer: RequestListener, port = 0): Promise<Listening> {
  return listening(createHttp(answer), port)
}

export function httpsServer(answer: RequestListener): Promise<Listening> {
  return listening(createHttps(secrets, answer))
}

export function tlsServer(): Promise<Listening> {
  const server = createTls(secrets, () => {})
  server.on('tlsClientError', () => {})
  return listening(server)
}

/** A server whose gRPC methods all answer with what `answer` says. */
export function grpcServer(
  answer: (path: string, message: Buffer) => { readonly body?: Buffer; readonly status: string },
  secure = false,
): Promise<Listening> {
  const server = secure ? createSecureHttp2(secrets) : createHttp2()
  server.on('sessionError', () => {})
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const parts: Buffer[] = []
    stream.on('error', () => {})
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('end', () => {
      const { body, status } = answer(headers[':path'] ?? '', Buffer.concat(parts))
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }))
      stream.end(body)
    })
  })
  return listening(server as unknown as Server)
}

/** Replies with what `answer` returns, if anything. */
export async function udpServer(answer: (message: Buffer) => string | undefined): Promise<Listening> {
  const socket = createSocket('udp4')
  socket.on('message', (message, peer) => {
    const reply = answer(message)
    if (reply !== undefined) socket.send(reply, peer.port, peer.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** A port that nobody listens on. */
export async function closedPort(): Promise<number> {
  await using server = await tcpServer()
  return server.port
}
