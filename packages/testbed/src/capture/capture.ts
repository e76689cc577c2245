import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Packet, PcapPacket } from '@skep/packet'
import { dissect, format, PcapReader } from '@skep/packet'
import { TestbedError } from '../error.ts'
import { untilLine } from '../process/until-line.ts'
import type { Host } from '../topology/host.ts'
import { patient } from '../patience.ts'

export interface CaptureOptions {
  /** In tcpdump's language: `udp port 53`. Default: everything. */
  readonly filter?: string
  /** Bytes kept of each packet. Default: all. */
  readonly snapLength?: number
}

/** A packet seen on a device. */
export interface CapturedPacket extends PcapPacket {
  readonly packet: Packet
  /** As tcpdump prints it, on one line. */
  toString(): string
}

interface Waiting {
  readonly matches: (captured: CapturedPacket) => boolean
  readonly found: PromiseWithResolvers<CapturedPacket>
}

/** tcpdump's own counters, which it tells on SIGUSR1. */
const statistics = /(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped/
/** Eight times tcpdump's own: on a busy machine it may be long before tcpdump gets its turn. */
const bufferKiB = String(16 * 1024)
const drainRounds = 100

/**
 * A capture under way. It sees what a packet socket sees: what XDP on the same device drops or sends on is not among
 * it, so look for that on the peer.
 */
export class Capture implements AsyncDisposable {
  readonly #what: string
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  readonly #reader = new PcapReader()
  readonly #packets: CapturedPacket[] = []
  readonly #waiting = new Set<Waiting>()

  /** How often the kernel counts a packet: on lo as it leaves and as it comes, of which libpcap keeps the second. */
  readonly #sightings: 1 | 2

  private constructor(what: string, device: string, child: ChildProcess) {
    this.#what = what
    this.#sightings = device === 'lo' ? 2 : 1
    this.#child = child
    this.#closed = new Promise((resolve) => child.once('close', resolve)).then(() => this.#end())
    child.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk))
  }

  /** Resolves when every packet from now on is captured. Throws {@link TestbedError} with what tcpdump says. */
  static async start(host: Host, device: string, options: CaptureOptions = {}): Promise<Capture> {
    const { filter, snapLength = 0 } = options
    const args = ['-i', device, '-n', '-U', '-w', '-', '-s', String(snapLength), '-B', bufferKiB, '--immediate-mode']
    const child = host.spawn('tcpdump', [...args, '--time-stamp-precision=nano', ...(filter ? [filter] : [])])
    const capture = new Capture(`capture on host ${host.name}, device ${device}`, device, child)
    try {
      await Promise.race([untilLine(child.stderr, /listening on/), failureToStart(child)])
      return capture
    } catch (cause) {
      child.kill('SIGKILL')
      throw new TestbedError('CAPTURE_FAILED', capture.#what, (cause as Error).message, { cause })
    }
  }

  /** What was seen so far. */
  get packets(): readonly CapturedPacket[] {
    return this.#packets
  }

  /** Resolves with the first packet, seen already or yet to come, that matches. Rejects after the time with all seen. */
  async waitFor(
    matches: (captured: CapturedPacket) => boolean,
    timeoutMs: number = patient(5000),
  ): Promise<CapturedPacket> {
    const seen = this.#packets.find(matches)
    if (seen) return seen
    const waiting: Waiting = { matches, found: Promise.withResolvers() }
    this.#waiting.add(waiting)
    const timer = setTimeout(() => this.#giveUp(waiting, `not within ${timeoutMs} ms`), timeoutMs)
    return await waiting.found.promise.finally(() => clearTimeout(timer))
  }

  /** Ends the capture once all that the kernel has seen is here, and returns it. */
  async stop(): Promise<readonly CapturedPacket[]> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await this.#drain()
      this.#child.kill('SIGINT')
    }
    await this.#closed
    return this.#packets
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#closed
  }

  /** On its end tcpdump throws away what it has not yet read from the kernel. */
  async #drain(): Promise<void> {
    for (let round = 0; round < drainRounds; round++) {
      const told = untilLine(this.#child.stderr, statistics)
      this.#child.kill('SIGUSR1')
      const [, captured, received, dropped] = statistics.exec(await told) ?? []
      if (Number(dropped) > 0)
        throw new TestbedError('CAPTURE_FAILED', this.#what, `the kernel dropped ${dropped} packets`)
      if (Number(captured) * this.#sightings === Number(received)) return
    }
    throw new TestbedError(
      'CAPTURE_FAILED',
      this.#what,
      'packets come faster than they can be read; stop the traffic first',
    )
  }

  #receive(chunk: Buffer): void {
    for (const packet of this.#reader.push(chunk)) {
      const captured = view(packet)
      this.#packets.push(captured)
      for (const waiting of this.#waiting) {
        if (!waiting.matches(captured)) continue
        this.#waiting.delete(waiting)
        waiting.found.resolve(captured)
      }
    }
  }

  #giveUp(waiting: Waiting, trouble: string): void {
    if (!this.#waiting.delete(waiting)) return
    const seen = this.#packets.length === 0 ? 'nothing was seen' : `seen:\n${this.#packets.join('\n')}`
    waiting.found.reject(new TestbedError('CAPTURE_FAILED', this.#what, `no such packet, ${trouble}; ${seen}`))
  }

  #end(): void {
    for (const waiting of this.#waiting) this.#giveUp(waiting, 'and the capture has ended')
  }
}

async function failureToStart(child: ChildProcess): Promise<never> {
  const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
  throw error.code === 'ENOENT' ? new Error('there is no tcpdump: apt-get install tcpdump') : error
}

function view(packet: PcapPacket): CapturedPacket {
  return { ...packet, packet: dissect(packet.bytes), toString: () => format(packet.bytes) }
}
