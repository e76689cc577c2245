import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Host, topology } from '@skep/testbed'
import type { Bench } from '../../../tools/bench/bench.ts'
import { bfdCommand, type BfdProcess, type SessionOptions, startBfdProcess } from '../src/index.ts'

const ROUNDS = 7
const HOLD_MS = 5000
const SESSIONS = 100
const CPU_MS = 3000
const TICKS_PER_SECOND = 100
const every = { transmitMs: 50, receiveMs: 50, multiplier: 3 } as const

/** 3 × 50 ms between two BFD processes: what a loss takes to be known, whether it holds while every processor is busy, what it costs. */
export default {
  group: 'control',
  async run(report) {
    const addresses = Array.from({ length: SESSIONS }, (_, i) => `10.9.0.${i + 2}/24`)
    await using net = await topology({ left: '10.9.0.1/24', right: addresses })
    using left = await End.start(net.left)
    using right = await End.start(net.right)
    try {
      report({ name: 'bfd/3 × 50 ms, quiet', ...(await losses(left, right)) })
      {
        using _load = busy()
        report({ name: 'bfd/3 × 50 ms, every processor busy twice', ...(await losses(left, right)) })
      }
      report({ name: `bfd/${SESSIONS} sessions of 50 ms`, ...(await cost(left, right)) })
    } finally {
      await left.bfd.stop()
      await right.bfd.stop()
    }
  },
} satisfies Bench

/** A BFD process on a host, and waiting for what it tells. */
class End implements Disposable {
  readonly bfd: BfdProcess
  readonly #folder: string
  downs = 0
  #ups = new Set<string>()
  #wake = Promise.withResolvers<void>()

  private constructor(folder: string, bfd: BfdProcess) {
    this.#folder = folder
    this.bfd = bfd
  }

  static async start(host: Host): Promise<End> {
    const folder = mkdtempSync(join(tmpdir(), 'skep-bfd-bench-'))
    let end: End | undefined
    const bfd = await startBfdProcess({
      socket: join(folder, 'bfd.sock'),
      command: ['nsenter', `--net=${host.namespace.path}`, ...bfdCommand()],
      orphanSeconds: 60,
      onChange: ({ session, from }) => end?.note(session.key, session.state.name, from),
    })
    end = new End(folder, bfd)
    return end
  }

  note(key: string, state: string, from: string | undefined): void {
    if (state === 'up') this.#ups.add(key)
    else this.#ups.delete(key)
    if (from === 'up') this.downs++
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  async untilUp(count: number): Promise<void> {
    while (this.#ups.size !== count) await this.#wake.promise
  }

  /** It may be up again by then. */
  async untilDowns(count: number): Promise<void> {
    while (this.downs < count) await this.#wake.promise
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function sessions(count: number): { readonly here: SessionOptions[]; readonly there: SessionOptions[] } {
  const peers = Array.from({ length: count }, (_, i) => `10.9.0.${i + 2}`)
  return {
    here: peers.map((peer) => ({ peer, source: '10.9.0.1', ...every })),
    there: peers.map((source) => ({ peer: '10.9.0.1', source, ...every })),
  }
}

/** The session holds for a while, and then its peer is killed, again and again. */
async function losses(left: End, right: End): Promise<Record<string, number>> {
  const { here, there } = sessions(1)
  left.bfd.apply(here)
  right.bfd.apply(there)
  await Promise.all([left.untilUp(1), right.untilUp(1)])
  const before = left.downs + right.downs
  await delay(HOLD_MS)
  const flaps = left.downs + right.downs - before
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    await Promise.all([left.untilUp(1), right.untilUp(1)])
    // Stopped, not killed: nobody starts another one that goes on where it was.
    const { pid } = right.bfd
    const killed = performance.now()
    process.kill(pid!, 'SIGSTOP')
    await left.untilUp(0)
    times.push(performance.now() - killed)
    const downs = right.downs + 1
    process.kill(pid!, 'SIGCONT')
    await right.untilDowns(downs)
  }
  times.sort((a, b) => a - b)
  return { medianLossMs: times[times.length >> 1]!, worstLossMs: times.at(-1)!, flapsWhileHeld: flaps }
}

/** Processor time of one side's process, with all sessions up. */
async function cost(left: End, right: End): Promise<Record<string, number>> {
  const { here, there } = sessions(SESSIONS)
  left.bfd.apply(here)
  right.bfd.apply(there)
  await Promise.all([left.untilUp(SESSIONS), right.untilUp(SESSIONS)])
  const downs = left.downs
  const counted = async () => {
    const reports = await left.bfd.ask()
    return reports.reduce((sum, { counters }) => sum + counters.sent + counters.received, 0)
  }
  const [packets, ticks, started] = [await counted(), ticksOf(left.bfd.pid!), performance.now()]
  await delay(CPU_MS)
  const seconds = (performance.now() - started) / 1000
  const used = (ticksOf(left.bfd.pid!) - ticks) / TICKS_PER_SECOND
  const passed = (await counted()) - packets
  return {
    coreShare: used / seconds,
    usPerPacket: (used * 1e6) / passed,
    packetsPerSecond: passed / seconds,
    rssMb: rssOf(left.bfd.pid!),
    flaps: left.downs - downs,
  }
}

function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return Number(fields[11]) + Number(fields[12])
}

function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}

/** Two programs for each processor that do nothing but use it. */
function busy(): Disposable {
  const children: ChildProcess[] = Array.from({ length: 2 * availableParallelism() }, () =>
    spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }),
  )
  return {
    [Symbol.dispose]: () => {
      for (const child of children) child.kill('SIGKILL')
      void Promise.all(children.map((child) => once(child, 'exit')))
    },
  }
}
