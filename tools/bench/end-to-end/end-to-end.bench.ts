import type { Net } from '@skep/testbed'
import type { Bench, BenchCase } from '../bench.ts'
import type { Absent, Contender } from './contender.ts'
import { events, seenOf } from './events.ts'
import { haproxy } from './haproxy.ts'
import { generator, load, type Profile, profiles } from './load.ts'
import { buildNetwork, type Middle, vipOf, WEB_PORT } from './network.ts'
import { nftables } from './nftables.ts'
import { skepSnat } from './skep.ts'
import { medians, type Taken } from './summary.ts'

const ROUNDS = 5
const SECONDS = 1

type Hosts = Net<Middle | 'client'>

/** In the order of the table. Each is a host of its own in the same network, and all are up at once. */
const contenders: readonly ((net: Hosts) => Promise<Contender | Absent>)[] = [
  // A router with equal routes to all backends: what the network, the client and the servers cost by themselves.
  () => Promise.resolve({ name: 'direct', address: vipOf('router'), [Symbol.asyncDispose]: async () => {} }),
  (net) => skepSnat(net.host('skep')),
  (net) => nftables(net.host('nftables')),
  (net) => haproxy(net.host('haproxy')),
]

export default {
  group: 'end-to-end',
  async run(report) {
    await using stack = new AsyncDisposableStack()
    progress('a client, ten backends and the contenders start')
    const { net } = stack.use(await buildNetwork())
    const present: Contender[] = []
    for (const start of contenders) {
      const contender = await start(net)
      if ('reason' in contender) report({ name: `end-to-end/${contender.name}`, skipped: contender.reason })
      else present.push(stack.use(contender))
    }
    for (const result of await throughput(net, present)) report(result)
    for (const result of await troubles(net, present)) report(result)
  },
} satisfies Bench

/** All contenders in every round, so that what the machine does meanwhile hits all alike. */
async function throughput(net: Hosts, present: readonly Contender[]): Promise<BenchCase[]> {
  const taken: Taken[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    progress(`load by ${generator}, round ${round} of ${ROUNDS}`)
    for (const { name, address } of present)
      for (const profile of profiles) taken.push({ name, profile, ...(await loaded(net, address, profile)) })
  }
  return medians(taken)
}

function loaded(net: Hosts, address: string, profile: Profile): ReturnType<typeof load> {
  return load(net.client, `http://${address}:${WEB_PORT}/`, profile, SECONDS)
}

async function troubles(net: Hosts, present: readonly Contender[]): Promise<BenchCase[]> {
  const results: BenchCase[] = []
  for (const { name, address, control } of present) {
    if (control === undefined) continue
    for (const [what, event] of Object.entries(events)) {
      progress(`${name}: ${what}`)
      results.push({ name: `end-to-end/${name}/${what}`, ...(await seenOf(net.client, address, control, event)) })
    }
  }
  return results
}

function progress(text: string): void {
  console.error(`  ${text}`)
}
