import { TestbedError } from '../error.ts'
import type { Place } from '../thread/place.ts'
import { besideModule } from '../thread/place.ts'
import { RemoteThread } from '../thread/rpc.ts'
import type { ServerKind, ServerOptions, ServerSetup, ServerStats } from './options.ts'

const defaultPorts: Readonly<Record<ServerKind, number>> = { http: 80, tcp: 7, udp: 7 }

/** A server in a thread of its own, in a host's namespace; disposing of it resets its connections. */
export class EchoServer implements AsyncDisposable {
  readonly kind: ServerKind
  readonly name: string
  readonly port: number
  readonly #thread: RemoteThread

  private constructor(setup: ServerSetup, port: number, thread: RemoteThread) {
    this.kind = setup.kind
    this.name = setup.name
    this.port = port
    this.#thread = thread
  }

  /** What {@link httpServer}, {@link tcpEcho} and {@link udpEcho} do. Throws {@link TestbedError} `SERVER_FAILED`. */
  static async start(place: Place, kind: ServerKind, options: ServerOptions): Promise<EchoServer> {
    const { name = place.name, port = defaultPorts[kind], address = '::' } = options
    const setup: ServerSetup = { kind, name, port, address }
    try {
      const worker = place.worker(besideModule(import.meta.url, 'thread'), { workerData: setup })
      const thread = await RemoteThread.start(worker)
      return new EchoServer(setup, await thread.call<number>('port'), thread)
    } catch (cause) {
      const where = `${kind} server on host ${place.name}, ${address} port ${port}`
      throw new TestbedError('SERVER_FAILED', where, (cause as Error).message, { cause })
    }
  }

  /** What it has served until now, and whom. */
  stats(): Promise<ServerStats> {
    return this.#thread.call('stats')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread[Symbol.asyncDispose]()
  }
}

/** Starts an HTTP server in the host; resolves when it listens. See README for its paths. */
export function httpServer(place: Place, options: ServerOptions = {}): Promise<EchoServer> {
  return EchoServer.start(place, 'http', options)
}

/** Starts a TCP server in the host that greets with its name on a line and echoes; resolves when it listens. */
export function tcpEcho(place: Place, options: ServerOptions = {}): Promise<EchoServer> {
  return EchoServer.start(place, 'tcp', options)
}

/** Starts a UDP server in the host that answers with its name on a line and the datagram; resolves when it listens. */
export function udpEcho(place: Place, options: ServerOptions = {}): Promise<EchoServer> {
  return EchoServer.start(place, 'udp', options)
}
