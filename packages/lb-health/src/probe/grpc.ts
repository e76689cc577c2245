import { type ClientHttp2Session, connect } from 'node:http2'
import type { GrpcCheck } from '../check/check.ts'
import type { Outcome } from '../state/state.ts'
import { type Line, resetOpen } from './converse.ts'
import { decodeResponse, encodeRequest, servingStatus } from './grpc-message.ts'
import { fail, pass, type Probe, type Running, type Target } from './probe.ts'
import { dialTls, nameOf } from './secure.ts'
import { dial, resettable } from './tcp.ts'
import { unable } from './unable.ts'
import { troubled } from './words.ts'

const LONGEST_ANSWER = 4096

/** Asks `grpc.health.v1.Health/Check` on a new HTTP/2 connection. */
export const grpc: Probe<GrpcCheck> = (spec, target, done) => {
  try {
    return ask(spec, target, open(spec, target), done)
  } catch (error) {
    return unable(`cannot use ${spec.tls?.caFile ?? 'the trusted certificates'}: ${(error as Error).message}`, done)
  }
}

function open({ host, tls }: GrpcCheck, target: Target): Dialed {
  if (tls !== undefined) return dialTls(tls, target, nameOf(host), ['h2'])
  const socket = dial(target)
  return { socket, reset: resettable(socket, target) }
}

type Dialed = Pick<Line, 'socket' | 'reset'>

function ask(spec: GrpcCheck, target: Target, { socket, reset }: Dialed, done: (outcome: Outcome) => void): Running {
  const session = connect(authority(spec, target), { createConnection: () => socket })
  let awaited = 'no connection'
  let isOpen = true
  const close = (): void => {
    isOpen = false
    resetOpen(reset)
    session.destroy()
    socket.destroy()
  }
  const finish = (outcome: Outcome): void => {
    if (!isOpen) return
    close()
    done(outcome)
  }
  socket.once(spec.tls === undefined ? 'connect' : 'secureConnect', () => (awaited = 'connected, but no gRPC answer'))
  session.on('error', (error) => finish(troubled(error)))
  socket.on('error', (error) => finish(troubled(error)))
  session.once('close', () => finish(fail(`connection closed, ${awaited}`)))
  call(session, spec, finish)
  return {
    cancel: close,
    expire: () => {
      close()
      return fail(`time is up: ${awaited}`)
    },
  }
}

function authority({ host, tls }: GrpcCheck, { address, port }: Target): string {
  const name = address.includes(':') ? `[${address}]` : address
  return `${tls === undefined ? 'http' : 'https'}://${host ?? `${name}:${port}`}`
}

function call(session: ClientHttp2Session, { service }: GrpcCheck, finish: (outcome: Outcome) => void): void {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'skep-health',
  })
  let answer = Buffer.alloc(0)
  let http = 0
  let code: string | undefined
  const note = (headers: Readonly<Record<string, unknown>>): void => {
    const status = headers['grpc-status']
    if (typeof status === 'string') code = status
  }
  stream.on('response', (headers) => {
    http = headers[':status'] ?? 0
    note(headers)
  })
  stream.on('trailers', note)
  stream.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk])
    if (answer.length > LONGEST_ANSWER) finish(fail('not an answer of grpc.health.v1: more than 4 KiB'))
  })
  stream.on('error', (error) => finish(troubled(error)))
  stream.on('end', () => finish(judge(http, code, answer)))
  stream.end(encodeRequest(service))
}

const codeNames: Readonly<Record<string, string>> = {
  '5': 'NOT_FOUND: the server does not know this service',
  '12': 'UNIMPLEMENTED: the server has no grpc.health.v1',
  '14': 'UNAVAILABLE',
  '16': 'UNAUTHENTICATED',
}

function judge(http: number, code: string | undefined, answer: Buffer): Outcome {
  if (http !== 200) return fail(`HTTP status ${http} instead of a gRPC answer`)
  if (code !== '0') return fail(code === undefined ? 'no grpc-status' : `gRPC status ${codeNames[code] ?? code}`)
  const status = decodeResponse(answer)
  if (status === undefined) return fail('not an answer of grpc.health.v1')
  return status === 1 ? pass('SERVING') : fail(servingStatus[status] ?? `serving status ${status}`)
}
