import { jiffiesPerSecond } from '../src/clock.ts'
import type { LbXdpConfig } from '../src/lb_xdp.gen.ts'

export const hashKeys = { hashKey0: 0x243f6a8885a308d3n, hashKey1: 0x13198a2e03707344n } as const

/** Lines and entries of the tables: powers of two. */
interface Sizes {
  readonly serviceLines: number
  readonly natLines: number
  readonly hops: number
  readonly rateLines?: number
  readonly fragments: number
}

/** As skep-lb sets it by default, for tables of these sizes. */
export function plainConfig({ serviceLines, natLines, hops, rateLines = 1, fragments }: Sizes): LbXdpConfig {
  const ticks = ticksPerSecond()
  return {
    ...hashKeys,
    services4Mask: serviceLines - 1,
    services6Mask: serviceLines - 1,
    natMask: natLines - 1,
    natPortMin: 32768,
    natPortMax: 65535,
    jiffiesPerSecond: ticks,
    timeoutOpening: 20 * ticks,
    timeoutEstablished: 6 * 3600 * ticks,
    timeoutClosing: 120 * ticks,
    timeoutClosed: 10 * ticks,
    timeoutOther: 60 * ticks,
    // Longer than a busy machine leaves a test waiting between a beat and a packet.
    pulseLimit: 60 * ticks,
    hopsMask: hops - 1,
    recordShift: Math.ceil(Math.log2(ticks)),
    tunnelSource4: 0,
    tunnelSpread4: 0,
    tunnelSource6: [0, 0, 0, 0],
    tunnelSpread6: [0, 0, 0, 0],
    ratesMask: rateLines - 1,
    fragmentsMask: fragments - 1,
    timeoutFragment: 30 * ticks,
  }
}

let measured: number | undefined

function ticksPerSecond(): number {
  return (measured ??= jiffiesPerSecond())
}
