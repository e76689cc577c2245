import { anonymousNamespace, type Netlink, openNetlink } from 'netlink-ts'
import { followNextHops, keepHeartbeat, NeighborKeeper } from '@skep/neighbor'
import type { Bench } from '../../../tools/bench/bench.ts'
import { median, percentile } from './quantiles.ts'

const ROUNDS = 400
const HOPS = 10_000
/** Found one by one, each in its own time. */
const SILENT = 32
/** Entries count as confirmed for 15 to 45 s, and all of them for the same time: a whole turn is in it. */
const WATCHED_MS = 60_000

/** From an event of the kernel to the datapath's entries being forgotten, and what ten thousand neighbours cost. */
export default {
  group: 'control',
  async run(report) {
    for (const [name, change] of Object.entries(changes))
      report({ name: `neighbor/${name}-to-datapath`, ...(await latency(change)) })
    report({ name: `neighbor/silent-move/${SILENT}`, ...(await silentMove()) })
    report({ name: `neighbor/keep/${HOPS}`, ...(await keepMany()) })
  },
} satisfies Bench

const MOVED = '02:00:00:00:00:99'

type Change = (netlink: Netlink, round: number) => void

/** Each as `ip` would make it: what is timed begins before the request. */
const changes: Readonly<Record<string, Change>> = {
  neighbour: ({ neighbor }, round) =>
    neighbor.replace({
      device: 'up0',
      address: '10.0.0.2',
      lladdr: `02:00:00:00:01:${hex(round)}`,
      state: 'reachable',
    }),
  route: ({ route }, round) => route.replace({ destination: '10.9.0.0/16', via: `10.0.0.${2 + (round % 2)}` }),
}

function hex(round: number): string {
  return (round % 256).toString(16).padStart(2, '0')
}

async function latency(change: Change): Promise<Record<string, number>> {
  using ns = anonymousNamespace()
  using netlink = openNetlink({ ns })
  device(netlink)
  const end = new AbortController()
  const keeper = new NeighborKeeper(netlink)
  let forgotten: (at: number) => void = () => {}
  const heartbeat = { forget: () => forgotten(performance.now()), beat: () => {} }
  const note = (event: Parameters<typeof keeper.note>[0]): boolean => keeper.note(event).forgets
  const kept = keepHeartbeat(netlink, heartbeat, { limitMs: 3000, note, signal: end.signal })
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    // One change may send several events: the last ones belong to the round before.
    await new Promise((resolve) => setTimeout(resolve, 3))
    const { promise, resolve } = Promise.withResolvers<number>()
    forgotten = resolve
    const began = performance.now()
    change(netlink, round)
    // The first makes what the others change.
    if (round > 0) times.push((await promise) - began)
  }
  end.abort()
  await kept
  return { medianMs: median(times), p99Ms: percentile(times, 99) }
}

/** Neighbours that all have another MAC address from one moment on, and tell nobody: how long each takes to be found, with the kernel's default times. */
async function silentMove(): Promise<Record<string, number>> {
  using ns = anonymousNamespace()
  using far = anonymousNamespace()
  using netlink = openNetlink({ ns })
  using there = openNetlink({ ns: far })
  device(netlink, far)
  const addresses = Array.from({ length: SILENT }, (_, i) => `10.0.0.${10 + i}`)
  for (const address of addresses) there.address.add({ device: 'up1', address: `${address}/16` })
  const end = new AbortController()
  const found: number[] = []
  const known = new Set<string>()
  let movedAt: number | undefined
  for await (const { hop, to } of followNextHops(netlink, addresses, { signal: end.signal })) {
    if (to.phase !== 'usable') continue
    if (movedAt === undefined) known.add(hop.address)
    else if (to.mac === MOVED) found.push((performance.now() - movedAt) / 1000)
    if (movedAt === undefined && known.size === SILENT) {
      movedAt = performance.now()
      there.link.set({ name: 'up1', address: MOVED })
    }
    if (found.length === SILENT) break
  }
  return { medianSeconds: median(found), leastSeconds: Math.min(...found), mostSeconds: Math.max(...found) }
}

/** A device whose ten thousand neighbours all answer: each is asked for as often as the kernel's defaults say. */
async function keepMany(): Promise<Record<string, number>> {
  using ns = anonymousNamespace()
  using far = anonymousNamespace()
  using netlink = openNetlink({ ns })
  using there = openNetlink({ ns: far })
  device(netlink, far)
  // All of these addresses are the other side's, and answer.
  there.link.set({ name: 'lo', up: true })
  there.address.add({ device: 'up1', address: '10.0.0.2/16' })
  there.route.add({ destination: '10.0.64.0/18', device: 'lo', type: 'local', table: 'local' })
  const { index } = netlink.link.get({ name: 'up0' })!
  const hops = Array.from({ length: HOPS }, (_, i) => ({ index, address: `10.0.${64 + (i >> 8)}.${i & 255}` }))
  const keeper = new NeighborKeeper(netlink, { refresh: { perSecond: HOPS } })
  const began = performance.now()
  keeper.want(hops)
  const wantMs = performance.now() - began
  return { wantMs, ...(await watched(netlink, keeper)) }
}

/** The share of one processor that following them takes, and how many answer. */
async function watched(netlink: Netlink, keeper: NeighborKeeper): Promise<Record<string, number>> {
  const end = new AbortController()
  let events = 0
  const note = (event: Parameters<typeof keeper.note>[0]): boolean => {
    events++
    return keeper.note(event).forgets
  }
  const kept = keepHeartbeat(netlink, { forget: () => {}, beat: () => {} }, { limitMs: 3000, note, signal: end.signal })
  const ticking = setInterval(() => keeper.tick(), 1000)
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const [before, from] = [process.cpuUsage(), events]
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS))
  const { user, system } = process.cpuUsage(before)
  clearInterval(ticking)
  end.abort()
  await kept
  const usable = keeper.states().filter(({ phase }) => phase === 'usable').length
  return {
    usable,
    cpuPercent: (user + system) / WATCHED_MS / 10,
    eventsPerSecond: (1000 * (events - from)) / WATCHED_MS,
  }
}

function device(netlink: Netlink, far?: ReturnType<typeof anonymousNamespace>): void {
  const peer = { name: 'up1', up: true, ...(far ? { ns: far } : {}) }
  netlink.link.add({ kind: 'veth', name: 'up0', up: true, peer })
  netlink.address.add({ device: 'up0', address: '10.0.0.1/16' })
}
