import { anonymousNamespace, openNetlink } from 'netlink-ts'
import { followDevices, requireSelection } from '@skep/device-detect'
import type { Bench } from '../../../tools/bench/bench.ts'

const ROUNDS = 100

/** From a device that is made, gets an address and so a route, to its being told of; and from its end. */
export default {
  group: 'control',
  async run(report) {
    using ns = anonymousNamespace()
    using netlink = openNetlink({ ns })
    const end = new AbortController()
    const events = followDevices(netlink, requireSelection(['auto']), { signal: end.signal })
    await events.next()
    const [appeared, gone]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now()
      netlink.link.add({ kind: 'vxlan', name: 'up0', vni: 1, port: 4789, up: true })
      netlink.address.add({ device: 'up0', address: '10.0.0.1/24' })
      await events.next()
      appeared.push(performance.now() - began)
      const ended = performance.now()
      netlink.link.delete({ name: 'up0' })
      await events.next()
      gone.push(performance.now() - ended)
    }
    end.abort()
    await events.next()
    report({ name: 'devices/appeared', ...quantiles(appeared) })
    report({ name: 'devices/gone', ...quantiles(gone) })
  },
} satisfies Bench

function quantiles(times: readonly number[]): { readonly medianMs: number; readonly p99Ms: number } {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  return { medianMs: at(0.5), p99Ms: at(0.99) }
}
