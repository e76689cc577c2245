/*
 * The load balancer at work: a client, a router that runs skep-lb, and three web servers, each in a network namespace.
 * Run it by `make demo`, or `make demo JSON=1` for one JSON document. Needs root.
 */
import { enableStats } from 'libbpf-ts'
import { balance } from './balance.ts'
import { LoadBalancer } from './load-balancer.ts'
import { buildNetwork } from './network.ts'
import { Progress } from './progress.ts'
import { removeBackend } from './remove-backend.ts'
import { failures, formatReport, type Report } from './report.ts'
import { restart } from './restart.ts'
import { nsPerPacket, verdictsOf } from './status.ts'

const json = process.argv.includes('--json') || /^(1|true|yes)$/.test(process.env['JSON'] ?? '')
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => (interrupted = true))

async function demo(progress: Progress): Promise<Report> {
  progress.step('a network of namespaces is built: client, load balancer, switch, three web servers')
  await using network = await buildNetwork()
  await using lb = new LoadBalancer(network.net.lb)
  using _stats = enableStats()
  lb.configure([1, 2, 3])
  progress.step('skep-lb starts')
  await lb.start()
  const scene = { network, lb, progress }
  const before = await lb.status()
  const ipv4 = await balance(scene, 'ipv4')
  const ipv6 = await balance(scene, 'ipv6')
  const after = await lb.status()
  const figures = { nsPerPacket: nsPerPacket(before, after), verdicts: verdictsOf(after) }
  const report = { ipv4, ipv6, restart: await restart(scene), removeBackend: await removeBackend(scene), ...figures }
  progress.step('everything is taken down')
  return report
}

const progress = new Progress()
try {
  const report = await demo(progress)
  progress.end()
  console.log(json ? JSON.stringify(report) : formatReport(report))
  const failed = failures(report)
  for (const failure of failed) console.error(`demo: FAILED: ${failure}`)
  process.exitCode = failed.length > 0 ? 1 : 0
} catch (error) {
  progress.end()
  console.error(interrupted ? 'demo: ended early; everything is taken down' : error)
  process.exitCode = interrupted ? 130 : 1
}
