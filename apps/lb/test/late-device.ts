import { type Host, type Net, topology, udpEcho, untilLine, XdpPass } from '@skep/testbed'
import { openEthtool } from 'netlink-ts'
import { SkepLb } from './skep-lb.ts'

const VIP = '192.0.2.10'

/** Milliseconds from the request that makes a device. */
export interface Appearance {
  /** Until the load balancer says that the program is on it: at the end of the round that did it. */
  readonly attachedMs: number
  /** Until a client behind it has its first answer from a service. */
  readonly servedMs: number
}

/** A running load balancer that takes devices by their routes, and a client that waits for one. */
export interface LateDevices extends AsyncDisposable {
  /** Makes a device towards the client, and takes it away again. */
  appear(): Promise<Appearance>
}

export async function lateDevices(): Promise<LateDevices> {
  await using stack = new AsyncDisposableStack()
  const net = stack.use(
    await topology({
      hosts: { lb: { forwarding: false }, backend: {}, guest: {} },
      links: [
        {
          ends: {
            lb: { addresses: ['10.1.0.1/24'], passXdp: false },
            backend: { addresses: ['10.1.0.11/24'], passXdp: true },
          },
        },
        { ends: { guest: '10.9.0.1/24', backend: '10.9.0.2/24' } },
      ],
    }),
  )
  net.lb.netlink.route.replace({ destination: 'default', via: '10.1.0.11' })
  stack.use(await udpEcho(net.backend))
  const lb = stack.use(SkepLb.on(net.lb))
  await lb.start(CONFIG)
  const owned = stack.move()
  return { appear: () => appear(net, lb), [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const CONFIG = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [auto]
  services:
    - name: echo
      frontends: [{ address: ${VIP}, port: 7, protocol: UDP }]
      backends: [{ address: 10.1.0.11, port: 7 }]
`

/** Asks every 5 ms, whether it has a network or not, and prints when the first answer has come. */
const ASKING = `
const socket = require('node:dgram').createSocket('udp4')
socket.on('error', () => {})
socket.on('message', () => { console.log('served', performance.timeOrigin + performance.now()); process.exit() })
socket.bind(0, () => { console.log('asking'); setInterval(() => socket.send('?', 7, '${VIP}', () => {}), 5) })
`

async function appear({ lb, guest }: Net<'lb' | 'guest' | 'backend'>, running: SkepLb): Promise<Appearance> {
  const asking = guest.spawn(process.execPath, ['-e', ASKING], { stdio: ['ignore', 'pipe', 'inherit'] })
  await untilLine(asking.stdout, /^asking/)
  const served = untilLine(asking.stdout, /^served/)
  const attached = running.untilLogged(/"device":"late0".*"msg":"device attached"/).then(now)
  const began = now()
  using pass = new XdpPass()
  addDevice(lb, guest, pass)
  const appearance = {
    attachedMs: (await attached) - began,
    servedMs: Number((await served).split(' ')[1]) - began,
  }
  const gone = running.untilLogged(/"device":"late0".*"msg":"device detached"/)
  lb.netlink.link.delete({ name: 'late0' })
  await gone
  return appearance
}

function addDevice(lb: Host, guest: Host, pass: XdpPass): void {
  const peer = { name: 'late0', ns: guest.namespace, up: true }
  lb.netlink.link.add({ kind: 'veth', name: 'late0', up: true, peer })
  lb.netlink.address.add({ device: 'late0', address: '10.8.0.1/24' })
  lb.netlink.route.add({ destination: 'default', device: 'late0', table: 102 })
  pass.attach(guest, 'late0')
  using ethtool = openEthtool({ ns: guest.namespace })
  ethtool.setFeatures('late0', { 'tx-checksum-ip-generic': false })
  guest.netlink.address.add({ device: 'late0', address: '10.8.0.2/24' })
  guest.netlink.route.add({ destination: `${VIP}/32`, via: '10.8.0.1' })
}

/** Of a clock that all processes share. */
function now(): number {
  return performance.timeOrigin + performance.now()
}
