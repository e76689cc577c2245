import { describe, expect, test } from '@jest/globals'
import { type Host, needing, needs, udpEcho } from '@skep/testbed'
import { dsrConfig, dsrNetwork, families, vips } from '../test/dsr-network.ts'
import { network, vip4, vip6 } from '../test/network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const DATAGRAMS = 20
const BYTES = 4000

/** Sends datagrams one after the other, and wants each back behind a greeting; says how many came. */
const asking = `
const [address, port, count, bytes] = process.argv.slice(1)
const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4')
const patience = setTimeout(() => { console.log('got ' + got); process.exit() }, 20_000)
let got = 0
const payload = () => Buffer.from(Array.from({ length: +bytes }, (_, i) => (i * 7 + got) % 251))
const ask = () => socket.send(payload())
socket.on('message', (answer) => {
  if (!answer.subarray(-bytes).equals(payload())) throw new Error('another answer')
  if (++got < count) return ask()
  clearTimeout(patience)
  socket.close()
  console.log('got ' + got)
})
socket.connect(+port, address, ask)
`

async function askAll(client: Host, address: string, port: number): Promise<string> {
  const words = [address, String(port), String(DATAGRAMS), String(BYTES)]
  return (await client.exec(process.execPath, '-e', asking, ...words)).trim()
}

async function leaveRoomForOuterHeaders(client: Host): Promise<void> {
  for (const [family, via] of [
    ['-4', '10.0.0.1'],
    ['-6', '2001:db8::1'],
  ] as const)
    await client.exec('ip', family, 'route', 'replace', 'default', 'via', via, 'mtu', '1400')
}

needing(needs.root, needs.bpf).describe('datagrams that are larger than the MTU', () => {
  test('source NAT: come whole to the backends, and the answers to the client', async () => {
    await using lab = await network()
    await using stack = new AsyncDisposableStack()
    for (const i of [1, 2, 3] as const) stack.use(await udpEcho(lab.net.host(`backend-${i}`), { port: 7 }))
    const backends = [1, 2, 3].flatMap((i) => [
      `{ address: 10.1.0.1${i}, port: 7 }`,
      `{ address: "2001:db8:1::1${i}", port: 7 }`,
    ])
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(`apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  services:
    - name: echo
      frontends: [{ address: ${vip4}, port: 53, protocol: UDP }, { address: "${vip6}", port: 53, protocol: UDP }]
      backends: [${backends.join(', ')}]
`)
    for (const vip of [vip4, vip6]) expect(await askAll(lab.net.client, vip, 53)).toBe(`got ${DATAGRAMS}`)
  }, 90_000)

  describe('direct server return', () => {
    test.each(['ipip', 'l2', 'opt'])(
      '%s: come whole to the backends',
      async (dispatch) => {
        await using lab = await dsrNetwork()
        await leaveRoomForOuterHeaders(lab.net.client)
        await using lb = SkepLb.on(lab.net.lb)
        await lb.start(dsrConfig([1, 2, 3], { dispatch }))
        for (const family of families) expect(await askAll(lab.net.client, vips[family], 53)).toBe(`got ${DATAGRAMS}`)
      },
      90_000,
    )
  })
})
