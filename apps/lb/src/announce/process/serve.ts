import { existsSync, readdirSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { hostClock } from '@skep/vrrp'
import { openNetlink } from 'netlink-ts'
import { type FromAnnouncer, release, type ToAnnouncer, writeLine } from './messages.ts'
import { readAlive, writeAlive } from './record.ts'
import { type Host, Routers } from './routers.ts'

const ALIVE_MS = 250

export interface ServeOptions {
  /** Of its own: for its record. */
  readonly folder: string
  /** The folder of the XDP links' pins: without any, nothing is balanced, and nothing must be announced. */
  readonly links: string
  readonly onEnd: () => void
}

/** The announcer without its surroundings: virtual routers, and the connections that steer them and listen to them. */
export class AnnouncerServer implements Disposable {
  readonly #options: ServeOptions
  readonly #netlink = openNetlink()
  readonly #routers: Routers
  readonly #connections = new Set<Socket>()
  readonly #alive: NodeJS.Timeout
  readonly #following = new AbortController()

  constructor(options: ServeOptions) {
    this.#options = options
    this.#routers = new Routers(readAlive(options.folder), (router, what) => {
      this.#write()
      this.#tell({ type: 'event', router, what })
    })
    this.#alive = setInterval(() => this.#look(), ALIVE_MS)
    void this.#follow()
  }

  /** Takes a connection over. */
  accept(socket: Socket): void {
    this.#connections.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#connections.delete(socket))
    const lines = createInterface({ input: socket })
    lines.on('line', (line) => this.#hear(socket, line))
    // It repeats the socket's own: a control plane that is killed resets its connection.
    lines.on('error', () => {})
    socket.write(writeLine({ type: 'hello', release, pid: process.pid, routers: this.#routers.reports() }))
  }

  /** Leaves the addresses to the others, and ends. */
  end(why: string): void {
    this.#routers.stop(why)
    rmSync(this.#options.folder, { recursive: true, force: true })
    this.#options.onEnd()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#alive)
    this.#following.abort()
    this.#routers[Symbol.dispose]()
    this.#netlink[Symbol.dispose]()
    for (const socket of this.#connections) socket.destroy()
  }

  #hear(socket: Socket, line: string): void {
    const message = parse(line)
    if (message === undefined) return void socket.destroy()
    if (message.type === 'desired') {
      this.#routers.want(message.routers, this.#host())
      this.#write()
    } else if (message.handover) {
      this.#write()
      this.#options.onEnd()
    } else {
      this.end('skep-lb was uninstalled, or has nothing to announce any more')
    }
  }

  #look(): void {
    const { links } = this.#options
    if (existsSync(links) && readdirSync(links).length > 0) this.#write()
    else this.end('nothing is balanced on this host any more')
  }

  #write(): void {
    // The folder goes with the installation.
    if (existsSync(this.#options.folder))
      writeAlive(this.#options.folder, { at: hostClock.now(), active: this.#routers.active() })
  }

  #tell(message: FromAnnouncer): void {
    for (const socket of this.#connections) socket.write(writeLine(message))
  }

  #host(): Host {
    return { links: [...this.#netlink.link.list()], addresses: [...this.#netlink.address.list()] }
  }

  async #follow(): Promise<void> {
    const { signal } = this.#following
    await using monitor = this.#netlink.monitor(['link', 'address'], { signal })
    try {
      for await (const _ of monitor) this.#routers.follow(this.#host())
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

function parse(line: string): ToAnnouncer | undefined {
  try {
    const message = JSON.parse(line) as ToAnnouncer
    return ['desired', 'stop'].includes(message.type) ? message : undefined
  } catch {
    return undefined
  }
}
