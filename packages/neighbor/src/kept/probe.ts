import { anonymousNamespace, NetlinkError, openNetlink } from 'netlink-ts'
import { probeMode } from './apply.ts'
import type { KeepMode } from './types.ts'

/**
 * How this kernel would have entries kept, for who has none to try it on: by trying, in a network namespace that is made for
 * it. `undefined`: this process may make none. Takes CAP_SYS_ADMIN.
 */
export function modeOfKernel(): KeepMode | undefined {
  try {
    using ns = anonymousNamespace()
    using netlink = openNetlink({ ns })
    netlink.link.add({ kind: 'veth', name: 'a', up: true, peer: { name: 'b', up: true } })
    return probeMode(netlink, { index: netlink.link.get({ name: 'a' })!.index, address: '10.0.0.2' })
  } catch (error) {
    if (error instanceof NetlinkError) return undefined
    throw error
  }
}
