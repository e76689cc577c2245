import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type Host, topology } from '@skep/testbed'
import type { Bench, BenchCase } from '../../../tools/bench/bench.ts'
import { bird } from '../test/bird.ts'
import { until } from '../test/until.ts'
import { type Contender, gobgp, skep } from './contenders.ts'

const COUNTS = [100_000, 1_000_000]
const TICKS_PER_SECOND = 100
const PATIENCE_MS = 240_000

/** Many routes to BIRD: announced, sent again over a new session, withdrawn and announced, withdrawn; beside GoBGP where there is one. */
export default {
  group: 'bgp',
  async run(report, floor) {
    if (!has('bird')) return report({ name: 'bgp', skipped: 'no BIRD to announce to; install bird2' })
    for (const count of COUNTS) {
      const ours = await measure('skep', skep, count)
      const theirs = has('gobgpd') ? await measure('gobgp', gobgp, count) : []
      ours.forEach((figures, i) => report({ ...figures, ...ratios(figures, theirs[i]) }))
      for (const figures of theirs) floor(figures)
    }
  },
} satisfies Bench

type Measured = BenchCase & { readonly [figure in Figure]: number }
type Figure = 'seconds' | 'cpuSeconds' | 'megabytes'

/** Below 1 we are quicker, or have less. */
function ratios(ours: Measured, theirs: Measured | undefined): Record<string, number> {
  if (theirs === undefined) return {}
  const of = (figure: Figure): number => ours[figure] / theirs[figure]
  return { secondsToGobgp: of('seconds'), cpuToGobgp: of('cpuSeconds'), megabytesToGobgp: of('megabytes') }
}

async function measure(name: string, make: (host: Host) => Promise<Contender>, count: number): Promise<Measured[]> {
  await using net = await topology({ speaker: '10.0.0.1/24', peer: '10.0.0.254/24' })
  await using contender = await make(net.speaker)
  await using peer = await bird({ host: net.peer, address: '10.0.0.254', neighbor: '10.0.0.1', connects: true })
  await until(
    () => peer.session(),
    ({ up }) => up,
  )
  const has = async (wanted: number): Promise<void> =>
    void (await until(
      () => imported(peer),
      (found) => found === wanted,
      PATIENCE_MS,
    ))
  const timed = async (what: string, act: () => Promise<void>): Promise<Measured> => {
    const before = { time: performance.now(), cpu: cpuSeconds(contender.pid) }
    await act()
    const seconds = (performance.now() - before.time) / 1000
    const cpu = cpuSeconds(contender.pid) - before.cpu
    return {
      name: `bgp/${count}-prefixes/${what}/${name}`,
      seconds,
      cpuSeconds: cpu,
      megabytes: megabytes(contender.pid),
    }
  }
  let taken = 0
  return [
    await timed('announced', async () => {
      taken = await contender.announce(count)
      await has(taken)
    }),
    await timed('new-session', async () => {
      await peer.restart()
      await until(
        () => imported(peer),
        (found) => found < taken,
      )
      await has(taken)
    }),
    await timed('flapped', async () => {
      await contender.withdraw()
      await has(0)
      taken = await contender.announce(count)
      await has(taken)
    }),
    await timed('withdrawn', async () => {
      await contender.withdraw()
      await has(0)
    }),
  ]
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
