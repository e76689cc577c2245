import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type Host, topology } from '@skep/testbed'
import type { Bench, BenchCase } from '../../../tools/bench/bench.ts'
import { bird } from '../test/bird.ts'
import { until } from '../test/until.ts'
import { type Contender, gobgp, skep } from './contenders.ts'

const COUNTS = [100_000, 1_000_000]
const TICKS_PER_SECOND = 100
/** GoBGP takes its time with a million. */
const PATIENCE_MS = 900_000

/** Many routes to BIRD: announced, sent again over a new session, withdrawn, announced again; beside GoBGP where there is one. */
export default {
  group: 'bgp',
  async run(report, floor) {
    if (!has('bird')) return report({ name: 'bgp', skipped: 'no BIRD to announce to; install bird2' })
    for (const count of COUNTS) {
      const theirs: Measured[] = []
      if (has('gobgpd')) for await (const row of measure('gobgp', gobgp, count)) theirs.push(row)
      for (const row of theirs) floor(row)
      let i = 0
      for await (const row of measure('skep', skep, count)) report({ ...row, ...ratios(row, theirs[i++]) })
    }
  },
} satisfies Bench

type Figure = 'seconds' | 'cpuSeconds' | 'megabytes'
type Measured = BenchCase & { readonly [figure in Figure]?: number }

/** Below 1 we are quicker, or have less. */
function ratios(ours: Measured, theirs: Measured | undefined): Record<string, number> {
  const names = { seconds: 'secondsToGobgp', cpuSeconds: 'cpuToGobgp', megabytes: 'megabytesToGobgp' } as const
  const found = (Object.keys(names) as Figure[]).flatMap((figure) => {
    const [own, other] = [ours[figure], theirs?.[figure]]
    return own === undefined || other === undefined ? [] : [[names[figure], own / other] as const]
  })
  return Object.fromEntries(found)
}

/** One row after the other; what takes too long is the last. */
async function* measure(
  name: string,
  make: (host: Host) => Promise<Contender>,
  count: number,
): AsyncGenerator<Measured, void, undefined> {
  await using net = await topology({ speaker: '10.0.0.1/24', peer: '10.0.0.254/24' })
  await using contender = await make(net.speaker)
  await using peer = await bird({ host: net.peer, address: '10.0.0.254', neighbor: '10.0.0.1', connects: true })
  await until(
    () => peer.session(),
    ({ up }) => up,
  )
  const has = async (wanted: (routes: number) => boolean): Promise<void> =>
    void (await until(() => imported(peer), wanted, PATIENCE_MS))
  let taken = 0
  const announce = async (): Promise<void> => {
    taken = await contender.announce(count)
    await has((routes) => routes === taken)
  }
  const steps: readonly (readonly [string, () => Promise<void>])[] = [
    ['announced', announce],
    [
      'new-session',
      async () => {
        await peer.restart()
        await has((routes) => routes < taken)
        await has((routes) => routes === taken)
      },
    ],
    [
      'withdrawn',
      async () => {
        await contender.withdraw()
        await has((routes) => routes === 0)
      },
    ],
    ['announced-again', announce],
  ]
  for (const [what, act] of steps) {
    const row = `bgp/${count}-prefixes/${what}/${name}`
    const before = { time: performance.now(), cpu: cpuSeconds(contender.pid) }
    try {
      await act()
    } catch (error) {
      const seconds = Math.round((performance.now() - before.time) / 1000)
      yield { name: row, skipped: `not done after ${seconds} s: ${(error as Error).message.slice(0, 120)}` }
      return
    }
    const seconds = (performance.now() - before.time) / 1000
    const used = { cpuSeconds: cpuSeconds(contender.pid) - before.cpu, megabytes: megabytes(contender.pid) }
    yield { name: row, seconds, ...used }
  }
}

/** IPv4 routes that the peer has taken. */
async function imported(peer: Awaited<ReturnType<typeof bird>>): Promise<number> {
  return Number(/Routes:\s+(\d+) imported/.exec((await peer.session()).text)?.[1] ?? 0)
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** The most that it has had in memory. */
function megabytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
