import type { Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import type { Client, ClientHooks } from './client.ts'
import { reasonOf } from './client.ts'
import { Outcome } from './once.ts'
import type { EchoTraffic } from './options.ts'
import type { Answer } from './report.ts'
import { SourcePorts } from './source-ports.ts'
import { answered } from '../patience.ts'

/** Sends a datagram and awaits it back behind the server's name; kept alive, a lane keeps its source port. */
export function udpClient(options: EchoTraffic, hooks: ClientHooks): Client {
  const kept = new Map<number, UdpFlow>()
  const ports = new SourcePorts(options.sourcePorts)

  const once = async (): Promise<Answer> => {
    const sourcePort = ports.take()
    const flow = new UdpFlow(options, hooks, sourcePort)
    try {
      const { server } = await flow.exchange()
      return { server, sourcePort }
    } finally {
      await flow.close()
      ports.give(sourcePort)
    }
  }

  const onKept = (lane: number): Promise<Answer> => {
    const flow = kept.get(lane) ?? new UdpFlow(options, hooks)
    kept.set(lane, flow)
    return flow.exchange()
  }

  const close = (): void => kept.values().forEach((flow) => void flow.close())
  return { request: options.keepAlive ? onKept : once, close }
}

/** A connected socket, so that ICMP errors reach it. */
class UdpFlow {
  readonly #socket: Socket
  readonly #options: EchoTraffic
  readonly #ready: Promise<void>
  #waiting: { readonly outcome: Outcome; readonly payload: Buffer } | undefined
  #sent = 0

  constructor(options: EchoTraffic, hooks: ClientHooks, sourcePort?: number) {
    const { address, port } = options
    this.#options = options
    this.#socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    this.#socket.on('message', (datagram) => this.#receive(datagram))
    this.#socket.on('error', (error) => this.#waiting?.outcome.fail(reasonOf(error)))
    const ready = Promise.withResolvers<void>()
    this.#ready = ready.promise
    const onConnect = (error?: Error): void => {
      if (error) return this.#waiting?.outcome.fail(reasonOf(error))
      hooks.connected()
      ready.resolve()
    }
    this.#socket.bind(sourcePort ?? 0, () => this.#socket.connect(port, address, onConnect))
  }

  exchange(): Promise<Answer> {
    const outcome = new Outcome(this.#options.timeoutMs ?? answered(5000), () => {})
    const payload = numbered(this.#sent++, this.#options.bytes ?? 16)
    this.#waiting = { outcome, payload }
    void this.#ready.then(() => this.#send(outcome, payload))
    return outcome.promise
  }

  close(): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#waiting = undefined
    this.#socket.close(() => closed.resolve())
    return closed.promise
  }

  #send(outcome: Outcome, payload: Buffer): void {
    if (this.#waiting?.outcome !== outcome) return
    outcome.phase = 'response'
    outcome.sourcePort = this.#socket.address().port
    this.#socket.send(payload, (error) => error && outcome.fail(reasonOf(error)))
  }

  #receive(datagram: Buffer): void {
    const server = this.#waiting && nameBefore(this.#waiting.payload, datagram)
    if (server === undefined) return
    this.#waiting?.outcome.succeed({ server })
    this.#waiting = undefined
  }
}

/** The server's name, if the datagram is its answer to the payload, and not one to an earlier that comes too late. */
function nameBefore(payload: Buffer, datagram: Buffer): string | undefined {
  const end = datagram.length - payload.length - 1
  if (end < 0 || datagram[end] !== 0x0a || !datagram.subarray(end + 1).equals(payload)) return undefined
  return datagram.toString('utf8', 0, end)
}

/** A payload that no other of its socket equals: its number, filled up. */
function numbered(number: number, bytes: number): Buffer {
  const payload = Buffer.alloc(Math.max(4, bytes))
  payload.writeUInt32BE(number)
  return payload
}
