import { expect, test } from '@jest/globals'
import { untilLine } from '@skep/testbed'
import { anonymousNamespace, type ExecResult, type NetworkNamespace, openNetlink } from 'netlink-ts'

const main = new URL('main.ts', import.meta.url).pathname
const command = ['--conditions=@skep/source', '--disable-warning=ExperimentalWarning', main]

/** A namespace with an uplink and a bridge. */
function lab(): NetworkNamespace {
  const ns = anonymousNamespace()
  using netlink = openNetlink({ ns })
  netlink.link.add({ kind: 'vxlan', name: 'up0', vni: 1, port: 4789, up: true })
  netlink.address.add({ device: 'up0', address: '10.0.0.1/24' })
  netlink.link.add({ kind: 'bridge', name: 'docker0', up: true })
  return ns
}

function run(ns: NetworkNamespace, ...args: string[]): Promise<ExecResult> {
  return ns.exec(process.execPath, [...command, ...args])
}

test('the table shows every device, the chosen first, with the reason', async () => {
  using ns = lab()
  const { code, stdout } = await run(ns)
  expect(stdout).toBe(`DEVICE   KIND      CHOSEN  RULE    WHY
up0      vxlan     yes     route   it has a route to 10.0.0.0/24 (IPv4)
lo       loopback  no      prefix  its name begins with "lo"
docker0  bridge    no      prefix  its name begins with "docker"

direct routing: up0: it is the only device
IPv6 multicast: up0: it is the device of direct routing, and takes multicast
`)
  expect(code).toBe(0)
})

test('-o json has the same for programs', async () => {
  using ns = lab()
  const { stdout } = await run(ns, '--devices', 'auto,docker*,-up*', '-o', 'json', '--node-ip', '10.0.0.1')
  expect(JSON.parse(stdout)).toMatchObject({
    devices: ['docker0'],
    allDevices: ['up0', 'docker0'],
    directRouting: { device: 'up0', why: "it has the node's address 10.0.0.1" },
    problems: [],
    explanations: [
      { device: 'lo', chosen: false },
      { device: 'up0', chosen: false, rule: 'excluded', entry: '-up*' },
      { device: 'docker0', chosen: true, rule: 'named', entry: 'docker*' },
    ],
  })
})

test('a name that is not there, and an entry that cannot be one, are errors', async () => {
  using ns = lab()
  const missing = await run(ns, '--devices', 'auto,eth7')
  expect([missing.code, missing.stdout]).toEqual([
    1,
    expect.stringContaining('error: "eth7": no such device; there are: '),
  ])
  const wrong = await run(ns, '--devices', 'eth/1')
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('"eth/1" is not a device')])
  const node = await run(ns, '--node-ip', 'here')
  expect([node.code, node.stderr]).toEqual([1, 'device-detect: nodeAddresses: "here" is not an address\n'])
})

test('--follow tells of each change, until a signal', async () => {
  await using ns = lab()
  using netlink = openNetlink({ ns })
  const child = ns.spawn(process.execPath, [...command, '--follow'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = new Promise((resolve) => child.once('exit', resolve))
  await untilLine(child.stdout, /^IPv6 multicast/)
  netlink.link.delete({ name: 'up0' })
  expect(await untilLine(child.stdout, /up0/)).toBe('- up0: there is no such device any more')
  child.kill('SIGTERM')
  expect(await exit).toBe(0)
})

test('--help tells the entries, the examples and the exit status', async () => {
  using ns = lab()
  const { stdout, code } = await run(ns, '--help')
  for (const part of ['--devices <devices>', 'eth+', '-docker*', '+wg0', 'Examples:', 'Exit status:'])
    expect(stdout).toContain(part)
  expect(code).toBe(0)
})
