import type { BalancerName } from './addresses.ts'
import type { Scene } from './scene.ts'

/** Something that happens to a load balancer. */
export interface Scenario {
  readonly name: string
  /** What the reader sees beside the figures. */
  readonly what: string
  /** Next hops that the router has before it, and when it is over. */
  readonly nextHops: readonly [before: number, after: number]
  /** Does it; resolves when the load balancer is as it will be. */
  readonly happen: (scene: Scene) => Promise<void> | void
}

/** In the log, once the router is told everything again. */
const speaks = /bgp: the session is up/
const victim: BalancerName = 'lb-2'

/** In an order in which each finds what the one before has left. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'control plane killed',
    what: 'kill -9 of skep-lb run, and a new start',
    nextHops: [3, 3],
    happen: ({ lbs }) => again(lbs[victim], 'SIGKILL'),
  },
  {
    name: 'restarted',
    what: 'SIGTERM, and a new start: an upgrade',
    nextHops: [3, 3],
    happen: ({ lbs }) => again(lbs[victim], 'SIGTERM'),
  },
  {
    name: 'drained',
    what: 'spec.bgp is taken out: GRACEFUL_SHUTDOWN, then the routes go',
    nextHops: [3, 2],
    happen: ({ lbs, configure }) => {
      configure(victim, { announced: false })
      return lbs[victim].apply()
    },
  },
  {
    name: 'drained, back',
    what: 'spec.bgp is put back',
    nextHops: [2, 3],
    happen: ({ lbs, configure }) => {
      configure(victim, { announced: true })
      return lbs[victim].apply()
    },
  },
  {
    name: 'link cut',
    what: 'its cable is pulled out; BFD tells the router',
    nextHops: [3, 2],
    happen: ({ network }) => network.plug(victim, false),
  },
  {
    name: 'link back',
    what: 'the cable is put in',
    nextHops: [2, 3],
    happen: ({ network }) => network.plug(victim, true),
  },
  {
    name: 'machine dead',
    what: 'cable out, and every process, program and table gone',
    nextHops: [3, 2],
    happen: async ({ network, lbs }) => {
      network.plug(victim, false)
      await lbs[victim].crash()
    },
  },
  {
    name: 'machine back',
    what: 'it starts with empty tables',
    nextHops: [2, 3],
    happen: async ({ network, lbs }) => {
      network.plug(victim, true)
      await lbs[victim].start()
    },
  },
]

type Balancer = Scene['lbs'][BalancerName]

/** Until it has ended, is ready again, and speaks with the router. */
async function again(lb: Balancer, signal: NodeJS.Signals): Promise<void> {
  await lb.kill(signal)
  await lb.start(speaks)
}
