/** Sockets of a process of its own, moved by lines of JSON: a request in, an answer out. */
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { type EventEmitter, once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Answer, Request } from './client.ts'

const streams = new Map<number, Socket>()
const datagrams = new Map<number, Datagrams>()
/** The codes of their errors, once they have failed. */
const failures = new Map<number, Promise<string>>()
let next = 1

const verbs: { readonly [V in Request['do']]: (request: Request & { do: V }) => Promise<Answer> } = {
  async tcp({ address, port }) {
    const socket = connect({ host: address, port, noDelay: true })
    const said = once(socket, 'data', soon()) as Promise<[Buffer]>
    await Promise.race([once(socket, 'connect'), said])
    const peer = `${socket.remoteAddress} ${socket.remotePort}`
    const [line] = await said
    return { by: line.toString().trim(), peer, socket: keepStream(socket) }
  },
  async udp({ address, port, connected, times = 1, socket: known = 0 }) {
    const socket = datagrams.get(known) ?? createSocket(address.includes(':') ? 'udp6' : 'udp4')
    if (connected === true && known === 0)
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.connect(port, address, resolve)
      })
    const answers: string[] = []
    let peer = ''
    for (let i = 0; i < times; i++) {
      const answer = once(socket, 'message', soon()) as Promise<[Buffer, { address: string; port: number }]>
      await send(socket, connected === true ? undefined : [port, address])
      const [text, from] = await answer
      answers.push(text.toString().split('\n')[0]!)
      peer = `${from.address} ${from.port}`
    }
    if (connected === true) peer = `${socket.remoteAddress().address} ${socket.remoteAddress().port}`
    return { by: [...new Set(answers)].join(','), peer, socket: known === 0 ? keepDatagrams(socket) : known }
  },
  async fails({ socket }) {
    return { error: await failures.get(socket)! }
  },
  async again({ socket }) {
    const open = streams.get(socket)!
    const answer = once(open, 'data') as Promise<[Buffer]>
    open.write('again\n')
    return { by: (await answer)[0].toString().trim(), peer: peerNow(open) }
  },
  async bind({ address, port, protocol }) {
    if (protocol === 'tcp') {
      const server = createServer().listen(port, address)
      await once(server, 'listening')
      server.close()
      return {}
    }
    const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', ipv6Only: address === '::1' })
    await once(socket.bind(port, address), 'listening')
    socket.close()
    return {}
  },
}

function send(socket: Datagrams, to: readonly [number, string] | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null): void => (error ? reject(error) : resolve())
    if (to === undefined) socket.send('question', done)
    else socket.send('question', to[0], to[1], done)
  })
}

/** What getpeername(2) says now: the socket itself remembers what it once said. */
function peerNow(socket: Socket): string {
  const { _handle } = socket as unknown as { readonly _handle: { getpeername(name: object): number } }
  const name: { address?: string; port?: number } = {}
  _handle.getpeername(name)
  return `${name.address} ${name.port}`
}

function keepStream(socket: Socket): number {
  streams.set(next, socket)
  return keep(socket)
}

function keepDatagrams(socket: Datagrams): number {
  datagrams.set(next, socket)
  return keep(socket)
}

/** It may fail before anybody asks. */
function keep(socket: EventEmitter): number {
  failures.set(
    next,
    new Promise((resolve) =>
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)),
    ),
  )
  return next++
}

/** An answer that does not come is told, and not waited for. */
function soon(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(10_000 * Number(process.env['SKEP_TIME_FACTOR'] ?? 1)) }
}

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request
  const verb = verbs[request.do] as (request: Request) => Promise<Answer>
  const answer = await verb(request).catch((error: NodeJS.ErrnoException) => ({ error: error.code ?? error.message }))
  console.log(JSON.stringify(answer))
}
process.exit(0)
