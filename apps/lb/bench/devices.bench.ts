import type { Bench } from '../../../tools/bench/bench.ts'
import { quantile } from '../../../tools/bench/control/quantile.ts'
import { lateDevices } from '../test/late-device.ts'

const ROUNDS = 40

/** From the request that makes a device, with an address and a route, to the program on it, and to the first packet of a service that comes by it. */
export default {
  group: 'control',
  async run(report) {
    await using devices = await lateDevices()
    const [attached, served]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      const { attachedMs, servedMs } = await devices.appear()
      attached.push(attachedMs)
      served.push(servedMs)
    }
    for (const [name, times] of Object.entries({ attached, served }))
      report({ name: `devices/${name}`, medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99), rounds: ROUNDS })
  },
} satisfies Bench
