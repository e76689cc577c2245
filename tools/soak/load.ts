/*
 * Mixed load on the demo's network while its load balancer is troubled: clients on IPv4 and IPv6 with short and with long
 * connections and with datagrams, a backend that comes and goes by configuration every second, another whose health flaps, and `kill -9`.
 * Every backend answers at all times, so no request may fail and no connection may break.
 */
import { parseArgs } from 'node:util'
import { holdConnections, type Host, httpServer, startTraffic, type TrafficOptions, udpEcho } from '@skep/testbed'
import { type Family, urls, vips } from '../../examples/demo/config.ts'
import { LoadBalancer } from '../../examples/demo/load-balancer.ts'
import { buildNetwork } from '../../examples/demo/network.ts'
import { configText, DNS_PORT, HEALTH_PORT, modes } from './config.ts'
import { outcome, summarize } from './report.ts'
import { Health, trouble } from './troubles.ts'

const KEPT = 20
const HELD = 40

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    'kill-every': { type: 'string', default: '20' },
    mode: { type: 'string', default: 'snat' },
  },
})
const seconds = wholeNumber('seconds', values.seconds)
const killEvery = wholeNumber('kill-every', values['kill-every'])
const mode = modes.find((one) => one === values.mode) ?? refuse(`mode ${values.mode}`, modes.join(' or '))

await using stack = new AsyncDisposableStack()
const network = stack.use(await buildNetwork())
const { client, lb: host } = network.net
const health = stack.use(new Health(network.net.host('backend-2')))
for (const name of ['backend-1', 'backend-3'])
  stack.use(await httpServer(network.net.host(name), { port: HEALTH_PORT }))
for (const name of ['backend-1', 'backend-2', 'backend-3'] as const) {
  const server = network.net.host(name)
  if (mode === 'snat') stack.use(await udpEcho(server, { port: DNS_PORT }))
  else await serveDirectly(server)
}
await health.toggle()
const lb = stack.use(new LoadBalancer(host))
lb.write(configText([1, 2, 3], mode))
await lb.start()

const families = Object.keys(vips) as Family[]
const short = (family: Family): TrafficOptions => ({
  protocol: 'http',
  url: urls[family],
  concurrency: 4,
  perSecond: 200,
})
const long = (family: Family): TrafficOptions => ({
  protocol: 'tcp',
  address: vips[family],
  port: 7,
  keepAlive: true,
  concurrency: KEPT,
  perSecond: 200,
})
const datagrams = (family: Family): TrafficOptions => ({
  protocol: 'udp',
  address: vips[family],
  port: DNS_PORT,
  concurrency: 2,
  perSecond: 100,
})
const plans = families.flatMap((family) => [
  { name: `${family}/connection-per-request`, options: short(family), keptOpen: undefined },
  { name: `${family}/long-connections`, options: long(family), keptOpen: KEPT },
  { name: `${family}/udp`, options: datagrams(family), keptOpen: undefined },
])
const flows = await Promise.all(
  plans.map(async (plan) => ({ ...plan, traffic: stack.use(await startTraffic(client, plan.options)) })),
)
const held = await Promise.all(
  families.map(async (family) =>
    stack.use(await holdConnections(client, { address: vips[family], port: 7, connections: HELD })),
  ),
)

const troubles = await trouble(lb, health, {
  seconds,
  killEvery,
  mode,
  tell: ({ reloads, kills }) => {
    if (reloads % 10 !== 0) return
    const sum = (of: 'requests' | 'failed'): number => flows.reduce((all, { traffic }) => all + traffic.progress[of], 0)
    console.error(`soak: ${reloads} reloads, ${kills} kills, ${sum('requests')} requests, ${sum('failed')} failed`)
  },
})
const outcomes = await Promise.all(
  flows.map(async ({ name, traffic, keptOpen }) => [name, outcome(await traffic.stop(), keptOpen)] as const),
)
const kept = await Promise.all(
  held.map(async (one) => {
    const { alive, broken } = await one.check()
    return { alive, broken: [...one.opened.broken, ...broken] }
  }),
)
const report = summarize(seconds, troubles, Object.fromEntries(outcomes), kept)
console.log(JSON.stringify(report))
process.exitCode = report.broken > 0 ? 1 : 0

/** A backend with the service addresses, on the service's own ports. A datagram is answered from where its server is bound. */
async function serveDirectly(server: Host): Promise<void> {
  for (const address of Object.values(vips)) {
    server.netlink.address.add({ device: 'lo', address: `${address}/${address.includes(':') ? 128 : 32}` })
    stack.use(await udpEcho(server, { port: DNS_PORT, address }))
  }
  stack.use(await httpServer(server, { port: 80 }))
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  return Number.isSafeInteger(value) && value >= 2 ? value : refuse(`${option} ${text}`, 'a whole number from 2 up')
}

function refuse(option: string, right: string): never {
  console.error(`soak: --${option}: ${right}`)
  process.exit(2)
}
