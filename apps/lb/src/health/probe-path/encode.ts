import type { ProbeKey, ProbePath } from '@skep/datapath/probe-tc'
import { parseAddress } from '@skep/packet'
import { family } from '../../config/family.ts'
import type { Way } from './way.ts'

const families = { 4: 2, 6: 10 } as const
const protocols = { TCP: 6, UDP: 17 } as const
const dispatches = { ipip: 0, l2: 1 } as const

/** A way as the program on the probes' device looks it up. */
export function encodeWay(way: Way): [ProbeKey, ProbePath] {
  const { vip, port, protocol, backend, nextHop, dispatch, outerSource, device, via } = way
  const key = { service: words(vip), servicePort: port, sourcePort: via.localPort, protocol: protocols[protocol] }
  const to = dispatch === 'l2' ? nextHop : backend
  const where = { device, family: families[family(to)], dispatch: dispatches[dispatch] }
  return [key, { source: words(outerSource), to: words(to), ...where }]
}

/** Four words, IPv4 in the first. */
function words(address: string): number[] {
  const bytes = new Uint8Array(16)
  bytes.set(parseAddress(address).bytes)
  const view = new DataView(bytes.buffer)
  return [0, 4, 8, 12].map((at) => view.getUint32(at))
}
