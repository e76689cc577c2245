import { traffic } from '@skep/testbed'
import { config, network, vip4, vip6 } from './network.ts'
import { SkepLb } from './skep-lb.ts'
process.env['SKEP_LB_STDERR'] = '1'
await using lab = await network()
const { net } = lab
await using lb = SkepLb.on(net.lb)
await lb.start(config([1, 2, 3]))
console.log('started')
for (const url of [`http://${vip4}/`, `http://[${vip6}]/`]) {
  const report = await traffic(net.client, { protocol: 'http', url, requests: 50, concurrency: 8, timeoutMs: 800, durationMs: 5000 })
  console.log(report.requests, report.failed, report.failuresByReason, report.perServer)
}
const { stdout, stderr } = await lb.command('status')
console.log(stdout, stderr)
