import { expect } from '@jest/globals'
import { httpServer, needing, needs, topology, traffic } from '@skep/testbed'
import { SkepLb } from '../test/skep-lb.ts'

const { test } = needing(needs.root, needs.bpf)
const names = ['red', 'green', 'blue']
const vip = '192.0.2.10'

/** Each instance has two devices of its own; all share the host, the roots, and even the service address. */
function config(index: number): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [in${index}, out${index}]
  services:
    - name: web
      frontends: [{ address: ${vip}, port: 80 }]
      backends: [{ address: 10.${index}.1.2, port: 8080 }]
`
}

test('three instances on one host do not meet', async () => {
  await using net = await topology({
    hosts: {
      lb: { forwarding: false },
      ...Object.fromEntries(
        names.flatMap((name) => [
          [`c-${name}`, {}],
          [name, {}],
        ]),
      ),
    },
    links: names.flatMap((name, i) => [
      {
        ends: {
          [`c-${name}`]: `10.${i}.0.2/24`,
          lb: { addresses: `10.${i}.0.1/24`, device: `in${i}`, passXdp: false },
        },
      },
      { ends: { [name]: `10.${i}.1.2/24`, lb: { addresses: `10.${i}.1.1/24`, device: `out${i}`, passXdp: false } } },
    ]),
  })
  await using stack = new AsyncDisposableStack()
  for (const [i, name] of names.entries()) {
    net.host(`c-${name}`).netlink.route.add({ destination: 'default', via: `10.${i}.0.1` })
    stack.use(await httpServer(net.host(name), { port: 8080 }))
  }
  const first = stack.use(SkepLb.on(net.host('lb'), 'red'))
  const others = names.slice(1).map((name) => stack.use(first.sibling(name)))
  const instances = [first, ...others]
  for (const [i, instance] of instances.entries()) await instance.start(config(i))

  const served = async () => {
    const url = `http://${vip}/`
    const reports = names.map((name) =>
      traffic(net.host(`c-${name}`), { protocol: 'http', url, requests: 5, timeoutMs: 1000 }),
    )
    return (await Promise.all(reports)).map(({ perServer }) => perServer)
  }
  expect(await served()).toEqual([{ red: 5 }, { green: 5 }, { blue: 5 }])
  for (const [i, instance] of instances.entries())
    expect((await instance.status()).services[0]?.members.map(({ backend }) => backend)).toEqual([`10.${i}.1.2:8080`])

  await first.end('SIGTERM')
  expect((await first.command('uninstall')).stdout).toMatch(/uninstalled\n$/)
  expect(await served()).toEqual([{}, { green: 5 }, { blue: 5 }])
  const setting = net.host('lb').exec('cat', '/proc/sys/net/ipv4/ip_local_reserved_ports')
  expect((await setting).trim()).toBe('16384-32767')
}, 120_000)

test('an instance is only to be had in its own network namespace', async () => {
  const ends = { lb: { addresses: '10.0.1.1/24', device: 'out0', passXdp: false }, red: '10.0.1.2/24' }
  await using net = await topology({ hosts: { lb: {}, red: {} }, links: [{ ends }] })
  await using lb = SkepLb.on(net.lb)
  await lb.start(config(0).replace('in0, ', ''))
  await lb.end('SIGKILL')
  const elsewhere = lb.sibling(lb.instance, net.red)
  const { code, stderr } = await elsewhere.command('uninstall')
  expect([code, stderr]).toEqual([1, expect.stringMatching(/lives in the network namespace net:\[\d+\]/)])
  expect(net.lb.device('out0').xdp?.mode).toBe('native')
}, 60_000)

test('a second process on the same instance is refused and names the first', async () => {
  await using net = await topology({
    hosts: { lb: {}, red: {} },
    links: [{ ends: { lb: { addresses: '10.0.1.1/24', device: 'out0', passXdp: false }, red: '10.0.1.2/24' } }],
  })
  await using lb = SkepLb.on(net.lb)
  await lb.start(config(0).replace('in0, ', ''))
  for (const verb of [['run', '--config', lb.configFile], ['uninstall']] as const) {
    const { code, stderr } = await lb.command(verb[0], ...verb.slice(1))
    expect(code).toBe(1)
    expect(stderr).toContain(`instance "default" belongs to process ${lb.child?.pid}`)
  }
  expect((await lb.status()).process?.alive).toBe(true)
}, 60_000)
