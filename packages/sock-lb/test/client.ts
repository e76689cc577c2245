import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Host, untilLine } from '@skep/testbed'

/** What a socket shall do. */
export type Request =
  | { readonly do: 'tcp'; readonly address: string; readonly port: number }
  | {
      readonly do: 'udp'
      readonly address: string
      readonly port: number
      readonly connected?: boolean
      readonly times?: number
      /** One that is open already. */
      readonly socket?: number
    }
  | { readonly do: 'again'; readonly socket: number }
  | { readonly do: 'fails'; readonly socket: number }
  | { readonly do: 'bind'; readonly address: string; readonly port: number; readonly protocol: 'tcp' | 'udp' }

/** What came of it: who answered, and who the socket says that its peer is. */
export interface Answer {
  readonly by?: string
  readonly peer?: string
  readonly socket?: number
  readonly error?: string
}

/** A process with sockets, in a host's namespace and cgroup. */
export class Client implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: Interface

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#lines = createInterface({ input: child.stdout! })
  }

  static async start(host: Host): Promise<Client> {
    const main = fileURLToPath(new URL('client-main.ts', import.meta.url))
    const child = host.spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] })
    await untilLine(child.stdout, /ready/)
    return new Client(child)
  }

  async ask(request: Request): Promise<Answer> {
    const line = once(this.#lines, 'line') as Promise<[string]>
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`)
    return JSON.parse((await line)[0]) as Answer
  }

  tcp(address: string, port: number): Promise<Answer> {
    return this.ask({ do: 'tcp', address, port })
  }

  udp(
    address: string,
    port: number,
    options: { connected?: boolean; times?: number; socket?: number } = {},
  ): Promise<Answer> {
    return this.ask({ do: 'udp', address, port, ...options })
  }

  /** Waits until the socket fails: with what. */
  async fails(socket: number | undefined): Promise<string | undefined> {
    return (await this.ask({ do: 'fails', socket: socket ?? 0 })).error
  }

  async again(socket: number | undefined): Promise<string | undefined> {
    return (await this.asksAgain(socket)).by
  }

  /** Over a connection that is open: what comes back, and who the kernel says that the peer is. */
  asksAgain(socket: number | undefined): Promise<Answer> {
    return this.ask({ do: 'again', socket: socket ?? 0 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.stdin!.end()
    await ended
  }
}
