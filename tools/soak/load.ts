/*
 * Mixed load on the demo's network while its load balancer is troubled: clients on IPv4 and IPv6, connections that stay
 * open, a backend that flaps by configuration every second, `kill -9` every 20 seconds. No request may fail.
 */
import { parseArgs } from 'node:util'
import { holdConnections, startTraffic, type Traffic } from '@skep/testbed'
import { urls, vips } from '../../examples/demo/config.ts'
import { LoadBalancer } from '../../examples/demo/load-balancer.ts'
import { buildNetwork } from '../../examples/demo/network.ts'

const KILL_EVERY = 20

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '300' } } })
const seconds = Number(values.seconds)
if (!Number.isSafeInteger(seconds) || seconds < 2) {
  console.error(`soak: --seconds ${values.seconds}: a whole number from 2 up`)
  process.exit(2)
}

await using network = await buildNetwork()
const { client, lb: host } = network.net
await using lb = new LoadBalancer(host)
lb.configure([1, 2, 3])
await lb.start()

const web = { protocol: 'http', concurrency: 4, perSecond: 400 } as const
await using ipv4 = await startTraffic(client, { ...web, url: urls.ipv4 })
await using ipv6 = await startTraffic(client, { ...web, url: urls.ipv6 })
await using held = await holdConnections(client, { address: vips.ipv4, port: 7, connections: 60 })
const troubles = await trouble()

const [v4, v6, kept] = [await ipv4.stop(), await ipv6.stop(), await held.check()]
const broken = kept.broken.length
const result = {
  seconds,
  ...troubles,
  ipv4: { requests: v4.requests, failed: v4.failed, reasons: v4.failuresByReason },
  ipv6: { requests: v6.requests, failed: v6.failed, reasons: v6.failuresByReason },
  held: { connections: 60, broken },
}
console.log(JSON.stringify(result))
process.exitCode = v4.failed + v6.failed + broken > 0 ? 1 : 0

/** A configuration a second, a kill and a new start every 20. */
async function trouble(): Promise<{ reloads: number; kills: number }> {
  const end = performance.now() + seconds * 1000
  let [reloads, kills] = [0, 0]
  while (performance.now() < end) {
    const next = new Promise((resolve) => setTimeout(resolve, 1000))
    lb.configure(reloads % 2 === 0 ? [1, 2] : [1, 2, 3])
    await lb.reload(`${vips.ipv4}:7/TCP`)
    reloads++
    if (reloads % KILL_EVERY === 0) {
      await lb.kill()
      await lb.start()
      kills++
    }
    tell(reloads, kills, ipv4, ipv6)
    await next
  }
  return { reloads, kills }
}

function tell(reloads: number, kills: number, ...traffics: readonly Traffic[]): void {
  if (reloads % 10 !== 0) return
  const [requests, failed] = traffics.reduce(
    ([sum, bad], { progress }) => [sum + progress.requests, bad + progress.failed] as const,
    [0, 0] as readonly [number, number],
  )
  console.error(`soak: ${reloads} reloads, ${kills} kills, ${requests} requests, ${failed} failed`)
}
