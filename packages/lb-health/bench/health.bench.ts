import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Bench } from '../../../tools/bench/bench.ts'
import { type DesiredService, HealthChecker } from '../src/index.ts'
import { check } from '../test/run.ts'

const BACKENDS = 10_000
const SERVICES = 100
const INTERVAL_SECONDS = 2
const ROUNDS = 3
const ROUND_MS = 3000
const FLOOR_CONNECTIONS = 5000
/** As many as the checks have under way at a time, about. */
const FLOOR_AT_A_TIME = 50
const LOOK_MS = 250
/** On a busy machine not everybody is reached; waiting longer than this for one more changes nothing. */
const STUCK_MS = 10_000

/** 10,000 backends every 2 s: how much of one core it takes, what a check costs, and what a bare connection would. */
export default {
  group: 'control',
  async run(report) {
    for (const kind of ['tcp', 'http'] as const) {
      const sink = fork(new URL('../test/tcp-sink.ts', import.meta.url), [kind], { execArgv: [] })
      const [port] = (await once(sink, 'message')) as [number]
      const rounds: Round[] = []
      for (let i = 0; i < ROUNDS; i++) rounds.push(await round(kind, port))
      await end(sink)
      report({
        name: `health/${kind}/${BACKENDS} backends every ${INTERVAL_SECONDS} s`,
        coreShare: median(rounds, ({ coreShare }) => coreShare),
        usPerCheck: median(rounds, ({ usPerCheck }) => usPerCheck),
        floorUsPerConnection: median(rounds, ({ floorUs }) => floorUs),
        checksPerSecond: median(rounds, ({ perSecond }) => perSecond),
        worstLateMs: median(rounds, ({ worstLateMs }) => worstLateMs),
        notUp: median(rounds, ({ notUp }) => notUp),
      })
    }
    report(apply())
  },
} satisfies Bench

interface Round {
  readonly coreShare: number
  readonly usPerCheck: number
  readonly floorUs: number
  readonly perSecond: number
  readonly worstLateMs: number
  /** At the end. More than 0: the machine was too busy to answer itself within a second. */
  readonly notUp: number
}

/** The checks in their steady state, and the floor beside them. */
async function round(kind: 'tcp' | 'http', port: number): Promise<Round> {
  const floorUs = await floor(port)
  using checker = new HealthChecker()
  checker.apply(services(kind, port))
  await settled(checker)
  const before = checker.stats()
  const cpu = process.cpuUsage()
  const started = performance.now()
  await delay(ROUND_MS)
  const { user, system } = process.cpuUsage(cpu)
  const elapsedMs = performance.now() - started
  const after = checker.stats()
  const checks = after.started - before.started
  const notUp = checker.records().filter(({ state }) => state.status !== 'up').length
  const figures = { perSecond: (checks * 1000) / elapsedMs, worstLateMs: after.worstLateMs, floorUs, notUp }
  return { coreShare: (user + system) / 1000 / elapsedMs, usPerCheck: (user + system) / checks, ...figures }
}

/** Until each has been up, or no more come up: then the round reports how many are not. Throws where nobody ever was. */
async function settled(checker: HealthChecker): Promise<void> {
  const seen = new Set<string>()
  let progress = performance.now()
  while (seen.size < BACKENDS && performance.now() - progress < STUCK_MS) {
    await delay(LOOK_MS)
    const before = seen.size
    for (const { address, state } of checker.records()) if (state.status === 'up') seen.add(address)
    if (seen.size > before) progress = performance.now()
  }
  if (seen.size === 0) throw new Error(`health bench: none comes up: ${checker.records()[0]?.state.last?.reason}`)
}

function services(kind: 'tcp' | 'http', port: number): DesiredService[] {
  const each = BACKENDS / SERVICES
  return Array.from({ length: SERVICES }, (_, service) => ({
    name: `service-${service}`,
    check: check({ [kind]: {}, intervalSeconds: INTERVAL_SECONDS, timeoutSeconds: 1 }),
    backends: Array.from({ length: each }, (_, i) => ({ address: local(service * each + i), port, weight: 1 })),
  }))
}

/** Each backend has an address of its own, all of them this host's. */
function local(i: number): string {
  return `127.1.${i >> 8}.${i & 255}`
}

/** Nothing but connections: opened and closed. CPU time of each in microseconds. */
async function floor(port: number): Promise<number> {
  const cpu = process.cpuUsage()
  let next = 0
  await Promise.all(
    Array.from({ length: FLOOR_AT_A_TIME }, async () => {
      while (next < FLOOR_CONNECTIONS) await bare(port, local(next++))
    }),
  )
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / FLOOR_CONNECTIONS
}

function bare(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host })
    socket.once('error', reject)
    socket.once('close', () => resolve())
    socket.once('connect', () => socket.destroy())
  })
}

/** Handing 10,000 backends over that are already checked. */
function apply() {
  using checker = new HealthChecker()
  const wanted = services('tcp', 1)
  checker.apply(wanted)
  const times = Array.from({ length: 9 }, () => {
    const started = performance.now()
    checker.apply(wanted)
    return { ms: performance.now() - started }
  })
  return { name: `health/apply ${BACKENDS} backends`, ms: median(times, ({ ms }) => ms) }
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.disconnect()
  await exit
}

function median<T>(all: readonly T[], figure: (one: T) => number): number {
  const sorted = all.map(figure).sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}
