import { balancers } from './addresses.ts'
import { type Amount, Load, type Outcome } from './load.ts'
import { NextHops } from './next-hops.ts'
import type { Scenario } from './scenarios.ts'
import type { Scene } from './scene.ts'

/** A scenario, and what clients noticed of it. */
export interface Measured {
  readonly scenario: string
  readonly what: string
  /** From when it happened until the router's kernel had other next hops to all addresses; `null`: it never had. */
  readonly routerMs: number | null
  readonly outcomes: readonly Outcome[]
}

/** Lets it happen under load, and looks at what became of the connections. */
export async function measure(scene: Scene, scenario: Scenario, amount: Amount): Promise<Measured> {
  const {
    name,
    what,
    nextHops: [before, after],
    happen,
  } = scenario
  const { router, client } = scene.network.net
  await using hops = new NextHops(router)
  await hops.until(before)
  if (before === balancers.length) await Promise.all(balancers.map((one) => scene.lbs[one].watched()))
  await using load = await Load.begin(client, amount)
  const had = hops.seen.length
  const began = performance.now()
  await happen(scene)
  const turned = await hops.until(after)
  await load.goOn()
  const outcomes = await load.end()
  const routerMs = hops.seen.length === had ? null : Math.round(turned - began)
  return { scenario: name, what, routerMs, outcomes }
}
