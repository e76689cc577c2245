import { anonymousNamespace, AttributeTable, body, codecs, openNetlink } from 'netlink-ts'
import type { Netlink } from 'netlink-ts'
import type { Bench } from '../../../tools/bench/bench.ts'

const ROUTES = 10_000
const ROUNDS = 15

/** What a verb costs beside the exchange itself: the same question sent, and its answer received and walked only. */
export default {
  group: 'control',
  run(report) {
    using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    prepare(nl)
    const question = floor(nl)
    const get = interleaved(1000, { verb: () => nl.link.get({ index: 1 }), floor: question.get })
    report({ name: 'netlink/link.get', microseconds: get.verb * 1e6, ratio: get.verb / get.floor })
    report({ name: 'netlink/link.get/floor', microseconds: get.floor * 1e6 })
    const list = interleaved(1, {
      verb: () => nl.route.list({ table: 100 }).forEach(() => undefined),
      floor: question.dump,
    })
    report({
      name: `netlink/route.list/${ROUTES}`,
      nsPerRoute: (list.verb / ROUTES) * 1e9,
      ratio: list.verb / list.floor,
    })
    report({ name: `netlink/route.list/${ROUTES}/floor`, nsPerRoute: (list.floor / ROUTES) * 1e9 })
    const change = interleaved(200, { verb: () => replaceRoute(nl) })
    report({ name: 'netlink/route.replace', microseconds: change.verb * 1e6 })
  },
} satisfies Bench

function prepare(nl: Netlink): void {
  nl.link.set({ name: 'lo', up: true })
  for (let i = 0; i < ROUTES; i++)
    nl.route.add({ destination: `10.${i >> 8}.${i & 255}.0/24`, index: 1, table: 100, metrics: { mtu: 1400 } })
}

function replaceRoute(nl: Netlink): void {
  nl.route.replace({ destination: '10.0.0.0/24', index: 1, table: 100 })
}

/** The exchanges without the verbs' reading. */
function floor(nl: Netlink): { get: () => unknown; dump: () => unknown } {
  const none = new AttributeTable<object>({})
  const table = new AttributeTable<{ table?: number }>({ table: [15, 'RTA_TABLE', codecs.u32] })
  const link = body(16, (to) => void to.u32(0).u32(1).zeros(8), none, {})
  const routes = body(12, (to) => void to.zeros(12), table, { table: 100 })
  return {
    get: () => nl.socket.get({ operation: 'floor', type: 18, body: link }),
    dump: () => nl.socket.dump({ operation: 'floor', type: 26, body: routes }),
  }
}

/** The median of many rounds, each of which runs every candidate: seconds per call. */
function interleaved<K extends string>(
  calls: number,
  candidates: Readonly<Record<K, () => unknown>>,
): Record<K, number> {
  const names = Object.keys(candidates) as K[]
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>
  for (let round = 0; round < ROUNDS; round++)
    for (const name of names) {
      const start = performance.now()
      for (let i = 0; i < calls; i++) candidates[name]()
      times[name].push((performance.now() - start) / 1000 / calls)
    }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<K, number>
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
