/*
 * A data centre in network namespaces: a router that spreads connections over three load balancers in front of four
 * backends. One of the load balancers is killed, restarted, drained, cut off and lost, under load; what clients notice of
 * each is counted. Run it by `make data-center`, or with JSON=1 for one JSON document. Needs root, and BIRD or FRR.
 */
import { parseArgs } from 'node:util'
import { LoadBalancer } from '../demo/load-balancer.ts'
import { Progress } from '../demo/progress.ts'
import { type BalancerName, balancers } from './addresses.ts'
import { configText } from './config.ts'
import type { Amount } from './load.ts'
import { type Measured, measure } from './measure.ts'
import { buildDataCenter } from './network.ts'
import { NextHops } from './next-hops.ts'
import { failures, formatReport } from './report.ts'
import { missingFor, routers, startRouter } from './router.ts'
import { scenarios } from './scenarios.ts'
import type { Scene } from './scene.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: /^(1|true|yes)$/.test(process.env['JSON'] ?? '') },
    router: { type: 'string', default: 'bird' },
    bfd: { type: 'string', default: '50' },
    held: { type: 'string', default: '200' },
    'per-second': { type: 'string', default: '100' },
    patience: { type: 'string', default: '300' },
  },
})
const router = routers.find((one) => one === values.router) ?? refuse(`router ${values.router}`, routers.join(' or '))
const intervalMs = wholeNumber('bfd', values.bfd)
const amount: Amount = {
  held: wholeNumber('held', values.held),
  perSecond: wholeNumber('per-second', values['per-second']),
  patienceMs: wholeNumber('patience', values.patience),
}
const missing = missingFor(router)
if (missing !== undefined) refuse(`router ${router}`, missing)
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => (interrupted = true))

async function play(progress: Progress): Promise<Measured[]> {
  progress.step('a network of namespaces is built: client, router, switch, three load balancers, four backends')
  await using stack = new AsyncDisposableStack()
  const network = stack.use(await buildDataCenter())
  stack.use(await startRouter(router, network.net.router, intervalMs))
  const lbs = Object.fromEntries(
    balancers.map((name) => [name, stack.use(new LoadBalancer(network.net.host(name)))]),
  ) as Record<BalancerName, LoadBalancer>
  const configure: Scene['configure'] = (name, wanted) => lbs[name].write(configText(name, { ...wanted, intervalMs }))
  progress.step('three skep-lb start, and tell the router')
  await using hops = new NextHops(network.net.router)
  for (const name of balancers) configure(name, { announced: true })
  await Promise.all(balancers.map((name) => lbs[name].start()))
  await hops.until(balancers.length)
  const measured: Measured[] = []
  for (const scenario of scenarios) {
    progress.step(`${scenario.name}: ${scenario.what}`)
    measured.push(await measure({ network, lbs, configure }, scenario, amount))
  }
  progress.step('everything is taken down')
  for (const name of balancers) await lbs[name].crash()
  return measured
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  return Number.isSafeInteger(value) && value > 0 ? value : refuse(`${option} ${text}`, 'a whole number from 1 up')
}

function refuse(option: string, right: string): never {
  console.error(`data-center: --${option}: ${right}`)
  process.exit(2)
}

const progress = new Progress()
try {
  const measured = await play(progress)
  progress.end()
  const report = { router, bfdMs: 3 * intervalMs, patienceMs: amount.patienceMs, scenarios: measured }
  console.log(values.json ? JSON.stringify(report) : formatReport(report))
  const failed = failures(report)
  for (const failure of failed) console.error(`data-center: FAILED: ${failure}`)
  process.exitCode = failed.length > 0 ? 1 : 0
} catch (error) {
  progress.end()
  console.error(interrupted ? 'data-center: ended early; everything is taken down' : error)
  process.exitCode = interrupted ? 130 : 1
}
