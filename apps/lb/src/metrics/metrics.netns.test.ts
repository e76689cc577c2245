import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { config, network, vip4 } from '../../test/network.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { test } = needing(needs.root, needs.bpf, needs.binary('curl'))

test('a scraper sees packets that were served, where the configuration says, and follows a reload', async () => {
  await using world = await network()
  await using lb = SkepLb.on(world.net.lb)
  const curl = (port: number) =>
    world.net.lb.attempt('curl', ['-sS', '--max-time', '10', `http://127.0.0.1:${port}/metrics`])
  world.net.lb.netlink.link.set({ name: 'lo', up: true })
  await lb.start(config([1], { more: 'metrics: { listen: "127.0.0.1:9090" }' }))
  await world.net.client.exec('curl', '-sS', '--max-time', '5', `http://${vip4}/`)
  const { stdout } = await curl(9090)
  const backend =
    /^skep_lb_backend_packets_total\{service="web",frontend="192\.0\.2\.10:80\/TCP",backend="10\.1\.0\.11:8080"\} (\d+)$/m
  expect(Number(backend.exec(stdout)?.[1])).toBeGreaterThanOrEqual(5)
  expect(stdout).toMatch(/^skep_lb_device_attached\{device="eth0",mode="native"\} 1$/m)
  expect(stdout).toMatch(/^skep_lb_capacity_limit\{table="connections"\} \d{4,}$/m)
  const moved = await lb.reload(config([1], { more: 'metrics: { listen: "127.0.0.1:9091" }' }))
  expect(moved).toMatch(/1 difference/)
  await lb.untilLogged(/metrics served/)
  expect((await curl(9091)).code).toBe(0)
  expect((await curl(9090)).code).not.toBe(0)
}, 60_000)
