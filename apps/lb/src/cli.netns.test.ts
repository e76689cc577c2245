import { expect } from '@jest/globals'
import { needing, needs, topology } from '@skep/testbed'
import { openEthtool } from 'netlink-ts'
import { SkepLb } from '../test/skep-lb.ts'

const { test } = needing(needs.root, needs.bpf)

const text = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }]
      backends: [{ address: 10.0.0.2, port: 8080 }, { address: 10.9.0.2, port: 8080 }]
`

test('check says what run would do and changes nothing', async () => {
  await using net = await topology({
    hosts: { lb: { forwarding: false }, b: {} },
    links: [{ ends: { lb: { addresses: '10.0.0.1/24', passXdp: false }, b: '10.0.0.2/24' } }],
  })
  await using lb = SkepLb.on(net.lb)
  lb.configure(text.replace('      backends', '      healthCheck: { tcp: {} }\n      backends'))
  const { code, stdout } = await lb.command('check', '--config', lb.configFile)
  expect(code).toBe(0)
  expect(stdout.split('\n')).toEqual(
    expect.arrayContaining([
      'service web: 1 frontend, 2 backends, checked by tcp every 2 s',
      'devices: eth0; mode: native, else generic, else tc',
      'own addresses towards the backends: 10.0.0.1, ports 16384-32767',
      expect.stringContaining('kernel setting net.ipv4.conf.eth0.accept_local: 0 → 1'),
      expect.stringMatching(/^warning: no route to 10\.9\.0\.2/),
    ]),
  )
  expect(net.lb.device('eth0').xdp).toBeUndefined()
  expect((await lb.command('status')).code).toBe(3)
}, 60_000)

test('check counts what it warns about, and --strict fails on it', async () => {
  await using net = await topology({
    hosts: { lb: { forwarding: false }, b: {} },
    links: [
      {
        ends: {
          lb: { addresses: ['10.0.0.1/24', '192.0.2.10/32'], passXdp: false },
          b: { addresses: '10.0.0.2/24', passXdp: false },
        },
      },
    ],
  })
  await using lb = SkepLb.on(net.lb)
  lb.configure(text)
  using ethtool = openEthtool({ ns: net.b.namespace })
  ethtool.setFeatures('eth0', { 'rx-gro': false })
  const { code, stdout } = await lb.command('check', '--config', lb.configFile)
  expect(code).toBe(0)
  expect(stdout.split('\n').slice(-5)).toEqual([
    expect.stringMatching(/^warning: no route to 10\.9\.0\.2/),
    expect.stringMatching(/^warning: 192\.0\.2\.10:80\/TCP of service web is on an address of this host \(eth0\)/),
    expect.stringMatching(/^warning: eth0 is a veth whose peer eth0 in namespace .* has GRO off/),
    '3 warnings',
    '',
  ])
  expect((await lb.command('check', '--strict', '--config', lb.configFile)).code).toBe(2)
  ethtool.setFeatures('eth0', { 'rx-gro': true })
  expect((await lb.command('check', '--config', lb.configFile)).stdout).not.toContain('GRO')
}, 60_000)

test('without privileges check works, and the others say exactly what is missing', async () => {
  await using net = await topology({
    hosts: { lb: { forwarding: false }, b: {} },
    links: [{ ends: { lb: { addresses: '10.0.0.1/24', passXdp: false }, b: '10.0.0.2/24' } }],
  })
  await using lb = SkepLb.on(net.lb)
  lb.configure(text)
  const check = await lb.unprivileged('check', '--config', lb.configFile)
  expect([check.code, check.stdout]).toEqual([0, expect.stringContaining('missing for run: CAP_BPF is missing')])
  for (const verb of [['run', '--config', lb.configFile], ['status'], ['uninstall']] as const) {
    const { code, stderr } = await lb.unprivileged(verb[0], ...verb.slice(1))
    expect(code).toBe(1)
    for (const name of ['CAP_NET_ADMIN', 'CAP_PERFMON', 'CAP_BPF']) expect(stderr).toContain(`${name} is missing`)
    expect(stderr).toContain('What works without: skep-lb check')
  }
}, 60_000)

test('where pins would end with the process, run refuses and says how to enter', async () => {
  await using net = await topology({
    hosts: { lb: { forwarding: false }, b: {} },
    links: [{ ends: { lb: { addresses: '10.0.0.1/24', passXdp: false }, b: '10.0.0.2/24' } }],
  })
  await using lb = SkepLb.on(net.lb)
  lb.configure(text)
  const { code, stderr } = await lb.byIpNetnsExec('run', '--config', lb.configFile)
  expect([code, stderr]).toEqual([1, expect.stringContaining('nsenter --net=/run/netns/NAME')])
  expect(net.lb.device('eth0').xdp).toBeUndefined()
}, 60_000)

test('help is for who has never seen it; a wrong option says where help is', async () => {
  await using net = await topology({ hosts: { lb: {} } })
  await using lb = SkepLb.on(net.lb)
  const help = await lb.plain('--help')
  expect(help.stdout).toContain('skep-lb check --config lb.yaml')
  const wrong = await lb.command('run', '--confg', 'x')
  expect(wrong.code).not.toBe(0)
  expect(wrong.stderr).toContain('--config')
  const name = await lb.command('status', '--instance', '../x')
  expect([name.code, name.stderr]).toEqual([1, '--instance "../x": write up to 63 of a–z, 0–9 and "-", like edge-1\n'])
}, 60_000)
