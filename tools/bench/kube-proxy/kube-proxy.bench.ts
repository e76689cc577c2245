import type { Bench } from '../bench.ts'
import { compare } from './compare.ts'
import { buildSite } from './site.ts'

/** `SIZES=10,100` for others. */
const sizes = (process.env['SIZES'] ?? '10,100,1000,10000').split(',').map(Number)

/**
 * skep-agent and the real kube-proxy, each on a node of one cluster with a real API server, at more and more services: what a
 * connection costs, how soon a change is followed, what the process takes. The floor is a connection to the backend itself.
 */
export default {
  group: 'kube-proxy',
  onlyAsked: true,
  async run(report, floor) {
    if (sizes.some((size, i) => !(size > (sizes[i - 1] ?? 1)) || size > 32_000))
      throw new Error(`bench: SIZES=${sizes.join()}: numbers of services that grow, from 2 to 32000, like 10,100`)
    const began = Date.now()
    const progress = (line: string): void => {
      console.error(`  ${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${line}`)
    }
    progress('a cluster starts')
    await using site = await buildSite('built')
    const effort = { sizes, changes: 9, rounds: 21, spans: { connects: 400, ms: 150 } }
    await compare(site, effort, { report, floor, progress })
  },
} satisfies Bench
