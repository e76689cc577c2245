import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { jiffiesPerSecond } from '@skep/datapath/clock'
import { type LbXdp, loadLbXdp } from '@skep/datapath/lb-xdp'
import { openMaps, ServiceMaps, sizeMaps } from '@skep/lb-maps'
import { type Host, httpServer, topology, traffic, udpEcho } from '@skep/testbed'
import type { Frontend } from '../model/frontend.ts'
import type { Source } from '../table/inputs.ts'
import { ServiceTable } from '../table/table.ts'
import { type EndpointSpec, loadBalancer, slice } from '../test/build.ts'
import { forLoadBalancer } from './load-balancer.ts'

const nodeAddresses = ['10.0.0.1', '10.1.0.1']
const natPorts = { min: 32_768, max: 65_535 }
const hashKey = { key0: 0x243f6a8885a308d3n, key1: 0x13198a2e03707344n }
const sizing = sizeMaps({ services: 16, backends: 64, connections: 1024 })

/** Objects of Kubernetes, carried to a node's load balancer, with real connections from outside. */
describe('services at the devices of a node', () => {
  const undo = new AsyncDisposableStack()
  const table = new ServiceTable({ nodeName: 'n1' })
  let client: Host
  let node: Host
  let services: ServiceMaps
  let now = 0

  beforeAll(async () => {
    const net = undo.use(
      await topology({
        client: ['10.0.0.2/24'],
        node: ['10.0.0.1/24', '10.1.0.1/24'],
        one: ['10.1.0.11/24'],
        two: ['10.1.0.12/24'],
      }),
    )
    ;({ client, node } = net)
    // Translated packets whose next hop is not known yet are the kernel's to forward.
    node.run(() => writeFileSync('/proc/sys/net/ipv4/conf/all/accept_local', '1'))
    const lb = undo.use(load())
    const maps = undo.use(openMaps(lb.maps, hashKey))
    services = ServiceMaps.adopt(maps)
    for (const device of ['eth0', 'eth1'])
      undo.use(node.run(() => lb.programs.lbXdp.attachXdp({ device, mode: 'native' })))
    for (const host of [net.one, net.two]) undo.use(await httpServer(host, { port: 8080 }))
    undo.use(await httpServer(node, { port: 9090 }))
    undo.use(await udpEcho(node, { port: 9090 }))
  })
  afterAll(() => undo.disposeAsync())

  /** A round, and what it has changed into the maps. */
  function carry(...objects: readonly Source[]): void {
    for (const object of objects) table.set(object)
    const gone = table.update(now++).backends.removed
    const byId = new Map([...table.backends()].map((one) => [one.id, one]))
    const facts = { nodeAddresses, natPorts, sourceTowards: () => '10.1.0.1', gone }
    const frontends = [...table.frontends()].map(translated)
    const { desired, deviations } = forLoadBalancer(frontends, (id) => byId.get(id), facts)
    expect(deviations).toEqual([])
    expect(services.reconcile(desired).problems).toEqual([])
  }

  /** Requests of new connections: who answered, or how many failed. */
  async function ask(address: string, port: number, from = client): Promise<object> {
    const url = `http://${address}:${port}/`
    const { perServer, failed } = await traffic(from, { protocol: 'http', url, requests: 30, concurrency: 2 })
    return failed > 0 ? { failed } : Object.keys(perServer).toSorted()
  }

  const web = (more: object = {}): Source => loadBalancer('web', { healthCheckNodePort: 31_000, ...more })
  const one: EndpointSpec = { address: '10.1.0.11', node: 'n1' }
  const two: EndpointSpec = { address: '10.1.0.12', node: 'n2' }

  test('a node port answers at each address of the node, also at that which packets to backends come from', async () => {
    carry(web(), slice('web', [one, two]))
    for (const address of nodeAddresses) expect(await ask(address, 30_080)).toEqual(['one', 'two'])
  })

  test('what is the host’s own at these addresses goes on to the host', async () => {
    expect(await ask('10.1.0.1', 9090)).toEqual(['node'])
    const large = {
      protocol: 'udp' as const,
      address: '10.0.0.1',
      port: 9090,
      bytes: 5000,
      requests: 3,
      timeoutMs: 5000,
    }
    expect(await traffic(client, large)).toMatchObject({ failed: 0 })
    // From ports that translated packets have, too.
    expect(await ask('10.1.0.12', 8080, node)).toEqual(['two'])
  })

  test('the address of a load balancer answers', async () => {
    expect(await ask('192.0.2.1', 80)).toEqual(['one', 'two'])
  })

  test('externalTrafficPolicy Local keeps to endpoints of this node', async () => {
    carry(web({ externalTrafficPolicy: 'Local' }))
    expect(await ask('192.0.2.1', 80)).toEqual(['one'])
  })

  test('a terminating endpoint gives way to a ready one, and is used where there is none', async () => {
    carry(web(), slice('web', [{ ...one, is: 'terminating' }, two]))
    expect(await ask('10.0.0.1', 30_080)).toEqual(['two'])
    carry(web({ externalTrafficPolicy: 'Local' }))
    expect(await ask('10.0.0.1', 30_080)).toEqual(['one'])
  })

  test('a service’s source ranges hold for its load balancer’s address alone', async () => {
    carry(web({ loadBalancerSourceRanges: ['10.9.0.0/16'] }), slice('web', [one, two]))
    expect(await ask('10.0.0.1', 30_080)).toEqual(['one', 'two'])
    const refused = client.exec('curl', '-gsS', '--max-time', '2', 'http://192.0.2.1/')
    await expect(refused).rejects.toThrow(/timed out/i)
    carry(web({ loadBalancerSourceRanges: ['10.0.0.0/16'] }))
    expect(await ask('192.0.2.1', 80)).toEqual(['one', 'two'])
  })
})

/** Nothing here takes Cilium's option off before a pod, so that no client's address is kept. */
function translated(frontend: Frontend): Frontend {
  const copy: Frontend & { keepsClient?: true } = { ...frontend }
  delete copy.keepsClient
  return copy
}

function load(): LbXdp {
  const { tables, masks, natLines, natEntries } = sizing
  const entries = { ...tables, memberCounters: tables.members, natFlows: natLines, natReplies: natLines, natEntries }
  const ticks = jiffiesPerSecond()
  return loadLbXdp({
    config: {
      hashKey0: hashKey.key0,
      hashKey1: hashKey.key1,
      services4Mask: masks.services4,
      services6Mask: masks.services6,
      natMask: masks.nat,
      natPortMin: natPorts.min,
      natPortMax: natPorts.max,
      jiffiesPerSecond: ticks,
      timeoutOpening: 20 * ticks,
      timeoutEstablished: 21_600 * ticks,
      timeoutClosing: 120 * ticks,
      timeoutClosed: 10 * ticks,
      timeoutOther: 60 * ticks,
    },
    maps: Object.fromEntries(Object.entries(entries).map(([name, maxEntries]) => [name, { maxEntries }])),
  })
}
