import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createMap, probe, rawMap } from 'libbpf-ts'
import { readdirSync, rmSync } from 'node:fs'
import { openNetlink } from 'netlink-ts'
import { needing, needs, startTraffic, traffic, type TrafficReport } from '@skep/testbed'
import { defaultCapacities } from './capacities.ts'
import { EMPTY_VIP, Lab, OWN_VIP, VIP } from '../test/lab.ts'

const REQUESTS = 5
const TCX = needs.feature('links at tc', () => (probe.feature('tcx').supported === true ? undefined : 'Linux 6.6'))

describe('tcx')
describe('clsact')

function describe(way: 'tcx' | 'clsact'): void {
  needing(needs.root, needs.bpf, ...(way === 'tcx' ? [TCX] : [])).describe(
    `a pod behind a real veth, by ${way}`,
    () => {
      let lab: Lab
      beforeAll(async () => {
        lab = await Lab.open()
        using pods = lab.serve([way])
        expect(lab.net.node.run(() => pods.attach(lab.device))).toBe(way)
      })
      afterAll(() => lab[Symbol.asyncDispose]())

      const ask = (protocol: 'tcp' | 'udp', address: string, bytes: number): Promise<TrafficReport> =>
        traffic(lab.net.pod, { protocol, address, port: 80, bytes, requests: REQUESTS })

      test.each([
        ['tcp', VIP.v4, 200_000, 'backend'],
        ['tcp', VIP.v6, 200_000, 'backend'],
        ['udp', VIP.v4, 4000, 'backend'],
        ['udp', VIP.v6, 4000, 'backend'],
        ['tcp', OWN_VIP.v4, 200_000, 'pod'],
        ['tcp', OWN_VIP.v6, 200_000, 'pod'],
        ['udp', OWN_VIP.v4, 4000, 'pod'],
        ['udp', OWN_VIP.v6, 4000, 'pod'],
      ] as const)(
        '%s to %s, %d bytes: past a smaller MTU, in fragments, and to itself',
        async (protocol, address, bytes, by) => {
          // What is too big is told to who sends datagrams, and lost.
          if (protocol === 'udp')
            await traffic(lab.net.pod, { protocol, address, port: 80, bytes, requests: 1, timeoutMs: 300 })
          const { failed, perServer } = await ask(protocol, address, bytes)
          expect({ failed, perServer }).toEqual({ failed: 0, perServer: { [by]: REQUESTS } })
        },
      )

      test.each([EMPTY_VIP.v4, EMPTY_VIP.v6])('to %s, which has no backend: refused at once', async (address) => {
        const { failures } = await traffic(lab.net.pod, { protocol: 'tcp', address, port: 80, requests: 1 })
        expect(failures).toMatchObject([{ phase: 'connect', reason: 'ECONNREFUSED' }])
      })

      test('another process takes over, with programs of its own: no request fails, no connection breaks', async () => {
        await using kept = await startTraffic(lab.net.pod, {
          protocol: 'tcp',
          address: VIP.v4,
          port: 80,
          keepAlive: true,
          perSecond: 200,
        })
        for (let i = 0; i < 3; i++) {
          using pods = lab.serve([way])
          expect(lab.net.node.run(() => pods.attached())).toEqual([lab.device])
          await ask('tcp', VIP.v4, 10)
        }
        const { failed, connections } = await kept.stop()
        expect([failed, connections]).toEqual([0, 1])
      })

      test('more room: connections that are open go on, and so do new ones', async () => {
        await using kept = await startTraffic(lab.net.pod, {
          protocol: 'tcp',
          address: VIP.v4,
          port: 80,
          keepAlive: true,
          perSecond: 200,
        })
        await using anew = await startTraffic(lab.net.pod, {
          protocol: 'tcp',
          address: VIP.v4,
          port: 80,
          perSecond: 100,
        })
        {
          using pods = lab.serve([way], { capacities: { flows: 2 * defaultCapacities.flows } })
          expect(pods.madeAnew).toEqual([
            expect.stringMatching(/^pod_flows: \d+ entries are asked for, and there were/),
          ])
          expect(lab.net.node.run(() => pods.attached())).toEqual([lab.device])
          await ask('tcp', VIP.v4, 10)
        }
        using pods = lab.serve([way])
        expect(pods.madeAnew).toEqual([])
        expect(pods.gauges()[0]).toMatchObject({ size: 2 * defaultCapacities.flows })
        expect(await kept.stop()).toMatchObject({ failed: 0, connections: 1 })
        expect(await anew.stop()).toMatchObject({ failed: 0 })
        expect(readdirSync(`${lab.pins}/pods`).toSorted()).toEqual(['links', 'maps'])
        expect(readdirSync(`${lab.pins}/pods/links`)).toHaveLength(2)
      })

      test.each([0, 1, 2])(
        'killed after %d steps on the way: connections go on, and the next start ends it',
        async (steps) => {
          await using kept = await startTraffic(lab.net.pod, {
            protocol: 'tcp',
            address: VIP.v4,
            port: 80,
            keepAlive: true,
            perSecond: 200,
          })
          await ask('tcp', VIP.v4, 10)
          lab.leaveStage(steps)
          await ask('tcp', VIP.v4, 10)
          using pods = lab.serve([way])
          expect(pods.madeAnew).toEqual(['an earlier start was killed on its way'])
          const { failed, succeeded } = await ask('tcp', VIP.v4, 10)
          expect({ failed, succeeded }).toEqual({ failed: 0, succeeded: REQUESTS })
          expect(await kept.stop()).toMatchObject({ failed: 0, connections: 1 })
          expect(readdirSync(`${lab.pins}/pods`).toSorted()).toEqual(['links', 'maps'])
          expect(readdirSync(`${lab.pins}/pods/links`)).toHaveLength(2)
        },
      )

      test('another release takes over, whose maps have another layout: connections that are open go on', async () => {
        lab.installBefore()
        await using kept = await startTraffic(lab.net.pod, {
          protocol: 'tcp',
          address: VIP.v4,
          port: 80,
          keepAlive: true,
          perSecond: 200,
        })
        await ask('tcp', VIP.v6, 10)
        using pods = lab.serve([way])
        expect(pods.madeAnew).toEqual([expect.stringMatching(/pod_flows/)])
        await ask('tcp', VIP.v4, 10)
        expect(await kept.stop()).toMatchObject({ failed: 0, connections: 1 })
        const known = pods.connections().map(({ service, backend }) => ({ service, backend }))
        expect(known).toContainEqual({ service: `[${VIP.v6}]:80`, backend: '[fd00:1::2]:7' })
      })

      test('maps of which nothing can be carried over are made anew, and the pod is served on', async () => {
        const pin = `${lab.pins}/pods/maps/pod_flows`
        rmSync(pin)
        {
          using other = createMap({ type: 'lru_hash', name: 'pod_flows', keySize: 4, valueSize: 4, maxEntries: 64 })
          rawMap(other).pin(pin)
        }
        using pods = lab.serve([way])
        expect(pods.connections()).toEqual([])
        expect(pods.madeAnew.join()).toMatch(/what was in pod_flows is lost: .*pod_flows: its key was 4 bytes/)
        expect(await ask('tcp', VIP.v4, 10)).toMatchObject({ failed: 0, succeeded: REQUESTS })
        expect(pods.connections().length).toBeGreaterThan(0)
      })

      test('counts, connections and room are told', () => {
        using pods = lab.serve([way])
        expect(pods.verdicts().TO_BACKEND).toBeGreaterThan(0n)
        expect(pods.connections().map(({ service }) => service)).toContain(`${VIP.v4}:80`)
        expect(pods.gauges()[0]).toMatchObject({ capacity: 'flows', used: expect.any(Number) })
      })

      test('a pod that is left alone is not served; nor is one whose device has gone, of which nothing is left', async () => {
        using pods = lab.serve([way])
        const inNode = <T>(run: () => T): T => lab.net.node.run(run)
        inNode(() => pods.detach(lab.device))
        expect(inNode(() => pods.attached())).toEqual([])
        const gone = inNode(() => {
          using netlink = openNetlink()
          netlink.link.add({ kind: 'veth', name: 'brief0', peer: { name: 'brief1' } })
          const { index } = netlink.link.get({ name: 'brief0' })!
          pods.attach(index)
          expect(pods.attached()).toEqual([index])
          netlink.link.delete({ name: 'brief0' })
          return index
        })
        expect(inNode(() => pods.attached())).not.toContain(gone)
        using next = lab.serve([way])
        expect(inNode(() => next.attached())).toEqual([])
      })
    },
  )
}
