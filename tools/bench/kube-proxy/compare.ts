import { quantile } from '../control/quantile.ts'
import { type BenchCase } from '../bench.ts'
import { timeChanges, type ChangeFigures, now, untilIdle } from './changes.ts'
import type { Contender } from './contender.ts'
import { backendAddress, createServices, SERVICE_PORT, serviceAddress } from './objects.ts'
import { processFigures } from './process.ts'
import { timeRestart } from './restart.ts'
import type { Site } from './site.ts'
import { type Spans, toBackends, toServices, type TrafficFigures } from './traffic.ts'

export interface Effort {
  readonly sizes: readonly number[]
  /** Changes of slices of each contender at each size. */
  readonly changes: number
  /** Rounds of traffic, all contenders in each. */
  readonly rounds: number
  readonly spans: Spans
}

export interface Sink {
  readonly report: (row: BenchCase) => void
  readonly floor: (row: BenchCase) => void
  readonly progress: (line: string) => void
}

const PATIENCE_MS = 120_000

/** All contenders at each number of services, one after another where a process works, in turns where packets go. */
export async function compare(site: Site, effort: Effort, sink: Sink): Promise<void> {
  let [made, generation] = [0, 0]
  // One that cannot do it any more is left out from there on.
  const failed = new Set<Contender>()
  for (const size of effort.sizes) {
    sink.progress(`${size} services: creating ${size - made}`)
    await createServices(site.cluster, made, size, (count) => sink.progress(`${size} services: ${count} are there`))
    made = size
    for (const contender of site.contenders.filter((one) => !failed.has(one))) {
      sink.progress(`${size} services: ${contender.proxy.name} starts, and follows ${effort.changes} changes`)
      const task = { size, changes: effort.changes, generation: ++generation }
      await followOne(site, contender, task, sink).catch((error: Error) => {
        failed.add(contender)
        sink.report({
          name: `services/${size}/process/${contender.proxy.name}`,
          skipped: error.message.split('\n', 1)[0]!,
        })
      })
    }
    sink.progress(`${size} services: connections, in ${effort.rounds} rounds`)
    await carry({ ...site, contenders: site.contenders.filter((one) => !failed.has(one)) }, size, effort, sink)
  }
}

interface Task {
  readonly size: number
  readonly changes: number
  readonly generation: number
}

/** Alone: its start, what it takes, and how soon changes are carried out. */
async function followOne(
  { cluster }: Site,
  contender: Contender,
  { size, changes, generation }: Task,
  { report }: Sink,
): Promise<void> {
  const { proxy, caller } = contender
  const began = now()
  // The one that nobody has served yet.
  const last = size - 1
  const reached = caller.ask('until', serviceAddress(last), SERVICE_PORT, backendAddress(last, 0), PATIENCE_MS)
  const [[at]] = (await Promise.all([reached, proxy.start()])) as [[number, number], void]
  const startCpuSeconds = processFigures(proxy.pid).cpuSeconds
  await untilIdle(proxy.pid)
  // Never the last one: the next contender waits for its first backend.
  const which = Array.from({ length: changes }, (_, i) => Math.floor((i * last) / changes))
  const followed = await timeChanges(cluster, contender, which, generation)
  const { megabytes, mostMegabytes } = processFigures(proxy.pid)
  report({
    name: `services/${size}/process/${proxy.name}`,
    startSeconds: (at / 1e6 - began) / 1000,
    startCpuSeconds,
    megabytes: Math.round(megabytes),
    mostMegabytes: Math.round(mostMegabytes),
    ...(await proxy.inPlace()),
  })
  report({ name: `services/${size}/change/${proxy.name}`, ...summary(followed) })
  report({
    name: `services/${size}/restart/${proxy.name}`,
    ...(await timeRestart(cluster, contender, size, generation)),
  })
  await proxy.stop()
}

function summary({ ms, watchMs, cpuMs, failed }: ChangeFigures): Omit<BenchCase, 'name'> {
  return {
    medianMs: quantile(ms, 0.5),
    worstMs: Math.max(...ms),
    watchMs: quantile(watchMs, 0.5),
    cpuMs,
    failed,
  }
}

/** What is in the kernel carries on without the processes. */
async function carry(
  { contenders, direct }: Pick<Site, 'contenders' | 'direct'>,
  size: number,
  { rounds, spans }: Effort,
  { report, floor }: Sink,
): Promise<void> {
  const floors: TrafficFigures[] = []
  const of = new Map<Contender, TrafficFigures[]>(contenders.map((contender) => [contender, []]))
  for (let round = 0; round < rounds; round++) {
    floors.push(await toBackends(direct, size, round, spans))
    for (const [{ caller }, figures] of of) figures.push(await toServices(caller, size, round, spans))
  }
  floor({ name: `services/${size}/traffic/direct`, ...medians(floors) })
  for (const [{ proxy }, figures] of of)
    report({ name: `services/${size}/traffic/${proxy.name}`, ...medians(figures), ...ratios(figures, floors) })
}

function medians(all: readonly TrafficFigures[]): TrafficFigures {
  const of = (value: (figures: TrafficFigures) => number): number => quantile(all.map(value), 0.5)
  return {
    connectP50Us: of(({ connectP50Us }) => connectP50Us),
    connectP99Us: of(({ connectP99Us }) => connectP99Us),
    requestsPerSecond: Math.round(of(({ requestsPerSecond }) => requestsPerSecond)),
    megabytesPerSecond: Math.round(of(({ megabytesPerSecond }) => megabytesPerSecond)),
  }
}

/** Of each round, to what was direct in it; medians of them. */
function ratios(
  all: readonly TrafficFigures[],
  direct: readonly TrafficFigures[],
): Readonly<Record<'connectToDirect' | 'requestsToDirect' | 'bytesToDirect', number>> {
  const of = (value: (figures: TrafficFigures) => number): number =>
    quantile(
      all.map((figures, i) => value(figures) / value(direct[i]!)),
      0.5,
    )
  return {
    connectToDirect: of(({ connectP50Us }) => connectP50Us),
    requestsToDirect: of(({ requestsPerSecond }) => requestsPerSecond),
    bytesToDirect: of(({ megabytesPerSecond }) => megabytesPerSecond),
  }
}
