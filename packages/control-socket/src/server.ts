import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import type { RequestListener, Server } from 'node:http'
import { dirname } from 'node:path'
import { listenAlone } from './alone.ts'
import { ControlError } from './error.ts'
import { http } from './http.ts'

/** A Unix socket, or an address and port. */
export type Place = { readonly socket: string } | { readonly host?: string; readonly port: number }

/** Clients that send nothing, or do not read, are cut off after so many milliseconds. */
export interface Limits {
  readonly requestMs?: number
  readonly headersMs?: number
  readonly keepAliveMs?: number
  /** Without any byte in either direction; left out: an answer may take its time. */
  readonly idleMs?: number
  /** At one time; 64 when left out. */
  readonly clients?: number
}

const USUAL = { requestMs: 30_000, headersMs: 10_000, keepAliveMs: 5000, idleMs: 0, clients: 64 }
/** What the kernel takes for a unix socket's path. */
const MOST_PATH_BYTES = 107

/** An HTTP server that listens, until it is disposed of; those who are still connected then are cut off. */
export interface OpenServer extends AsyncDisposable {
  readonly server: Server
}

/**
 * Listens for HTTP. A Unix socket is its user's alone; one that a killed process left behind is taken over. Throws
 * {@link ControlError} IN_USE where somebody answers already.
 */
export async function openServer(place: Place, listener: RequestListener, limits: Limits = {}): Promise<OpenServer> {
  const { requestMs, headersMs, keepAliveMs, idleMs, clients } = { ...USUAL, ...limits }
  const times = { requestTimeout: requestMs, headersTimeout: headersMs, keepAliveTimeout: keepAliveMs }
  const server = http.createServer(times, listener)
  server.timeout = idleMs
  server.maxConnections = clients
  await listen(server, place)
  return { server, [Symbol.asyncDispose]: () => close(server) }
}

async function listen(server: Server, place: Place): Promise<void> {
  if ('socket' in place) return await listenOnSocket(server, place.socket)
  const listening = once(server, 'listening')
  server.listen(place.port, place.host)
  await listening
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > MOST_PATH_BYTES)
    throw new ControlError(
      'PATH_TOO_LONG',
      `${path} is too long for a unix socket; ${MOST_PATH_BYTES} bytes fit, so use a shorter one`,
    )
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  if ((await listenAlone(path, server)) === undefined)
    throw new ControlError('IN_USE', `${path} belongs to another process, which answers there; end it first`)
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
