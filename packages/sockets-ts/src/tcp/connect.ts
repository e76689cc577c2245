import { constants } from 'node:os'
import { type Address, formatAddress, parseAddress } from '@skep/packet'
import { checkAddress, checkAnyAddress, checkKeys, checkWhole } from '../check.ts'
import { IP_BIND_ADDRESS_NO_PORT, SO_REUSEADDR, SOL_IP, SOL_SOCKET, SOL_TCP } from '../constants.ts'
import type { Descriptor } from '../descriptor.ts'
import { checked, SocketError, unanswered } from '../error.ts'
import { native } from '../native.ts'
import { endpointOfSocketAddress, ipSocketAddress } from '../socket-address.ts'
import { TcpConnection } from './connection.ts'
import { md5Option } from './md5.ts'
import { openTcp, type TcpOptions, tcpOptionNames } from './options.ts'

const OPERATION = 'connectTcp'

/** What {@link connectTcp} takes. */
export interface ConnectOptions extends TcpOptions {
  /** The peer's address; of a link-local one, `device` says where. */
  readonly to: string
  readonly port: number
  /** The source address; by default the one that the route prefers. */
  readonly from?: string | undefined
  /** The source port; by default any. */
  readonly fromPort?: number | undefined
  /** The password of TCP MD5 (RFC 2385), 1 to 80 bytes; text goes as UTF-8. */
  readonly md5?: string | Uint8Array | undefined
  /** How long the peer may take to answer; by default as long as the kernel tries (`net.ipv4.tcp_syn_retries`, two minutes). */
  readonly timeoutMs?: number | undefined
  /** Gives up; the call fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const optionNames = [...tcpOptionNames, 'to', 'port', 'from', 'fromPort', 'md5', 'timeoutMs', 'signal']

/**
 * Connects, without blocking the event loop. Throws {@link SocketError}: `TIMEOUT` when nobody answers, which a wrong
 * password or hop limit looks like too; `REFUSED` with the errno `ECONNREFUSED`; `NOT_SENT` without a route; `NOT_FOUND`
 * for a device or source address that the host does not have. Equivalent to `connect(2)`. Linux 4.13.
 */
export async function connectTcp(options: ConnectOptions): Promise<TcpConnection> {
  options.signal?.throwIfAborted()
  checkKeys(OPERATION, options, optionNames)
  const { to, md5, signal, timeoutMs } = options
  const port = checkWhole(OPERATION, 'port', options.port, 1, 65_535)
  const peer = checkAnyAddress(OPERATION, 'to', to)
  const what = `${to} port ${port}`
  using stack = new DisposableStack()
  const socket = stack.use(openTcp(OPERATION, `TCP connection to ${what}`, peer, options))
  bindSource(socket, peer, options)
  if (md5 !== undefined) {
    const { name, bytes } = md5Option(OPERATION, to, md5)
    socket.set(SOL_TCP, name, bytes, 'TCP MD5')
  }
  const begun = native.connect(socket.fd, ipSocketAddress(peer, port))
  if (-begun !== constants.errno.EINPROGRESS) checked(OPERATION, begun, what)
  await writable(socket, timeoutMs, signal)
  checked(OPERATION, -socket.takeError(), what)
  stack.move()
  // A link-local peer is in the scope of the own address.
  const { scope } = endpointOfSocketAddress(socket.localName())
  return new TcpConnection(socket, { address: formatAddress(peer), port, scope })
}

function bindSource(socket: Descriptor, peer: Address, { from, fromPort = 0 }: ConnectOptions): void {
  if (from === undefined && fromPort === 0) return
  checkWhole(OPERATION, 'fromPort', fromPort, 0, 65_535)
  const family = peer.family === 4 ? 'ipv4' : 'ipv6'
  const source = from === undefined ? unspecified(peer) : checkAddress(OPERATION, 'from', from, family)
  // The port is chosen with the peer known, so that one port serves connections to several.
  if (fromPort === 0) socket.set(SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1, 'late port')
  else socket.set(SOL_SOCKET, SO_REUSEADDR, 1, 'port of a closed connection')
  socket.bind(ipSocketAddress(source, fromPort), `from ${from ?? 'any address'}, port ${fromPort || 'any'}`)
}

function unspecified({ family }: Address): Address {
  return parseAddress(family === 4 ? '0.0.0.0' : '::')
}

/** Until the connection stands or has failed. */
async function writable(
  socket: Descriptor,
  timeoutMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  using stack = new DisposableStack()
  const handle = native.pollStartWritable(socket.fd, resolve)
  if (typeof handle === 'number') return void checked(OPERATION, handle, 'poll')
  stack.defer(() => native.pollStop(handle))
  if (timeoutMs !== undefined) {
    const late = new SocketError('TIMEOUT', OPERATION, `${socket.detail}: ${unanswered} (waited ${timeoutMs} ms)`)
    const timer = setTimeout(reject, timeoutMs, late)
    stack.defer(() => clearTimeout(timer))
  }
  const abort = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  stack.defer(() => signal?.removeEventListener('abort', abort))
  await promise
}
