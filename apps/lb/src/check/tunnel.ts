import type { Config } from '../config/config.ts'
import { wayOf } from '../config/modes.ts'
import { family } from '../config/family.ts'

/** What clients on Ethernet send. */
const USUAL_MTU = 1500
const HEADER = { 4: 20, 6: 40 } as const

/**
 * Warnings about services in a tunnel whose way has no room for the outer header around packets of usual size. `mtuTo`: the
 * largest packet that the way to a backend takes.
 */
export function tunnelWarnings(config: Config, mtuTo: (address: string) => number | undefined): string[] {
  return config.services.flatMap((service) => {
    if (wayOf(config, service) !== 'ipip') return []
    const narrow = service.backends.flatMap(({ address }) => {
      const [mtu, need] = [mtuTo(address), USUAL_MTU + HEADER[family(address)]]
      return mtu !== undefined && mtu < need ? [{ address, mtu, need }] : []
    })
    const [first] = narrow
    if (first === undefined) return []
    const { address, mtu, need } = first
    const others = narrow.length === 1 ? '' : ` (and to ${narrow.length - 1} more)`
    return [
      `service ${service.name}: the way to ${address}${others} takes packets of ${mtu} bytes, and a tunnel needs ${need} for those of ${USUAL_MTU}: clients are told by ICMP to send smaller ones; raise the MTU to ${need}, or see to it that ICMP passes`,
    ]
  })
}
