/** The addresses of a cluster. Its networks are namespaces of its own: clusters side by side have the same. */
export interface Ranges {
  /** The control plane's addresses on the nodes' network. */
  readonly controlPlane: string
  readonly controlPlane6: string
  readonly pods: readonly string[]
  readonly services: readonly string[]
}

export const ranges: Ranges = {
  controlPlane: '172.30.0.1',
  controlPlane6: 'fd00:30::1',
  pods: ['10.244.0.0/16', 'fd00:244::/56'],
  services: ['10.96.0.0/16', 'fd00:96::/112'],
}

/** The n-th machine's addresses on the nodes' network, from 1. */
export function machineAddresses(n: number): readonly [string, string] {
  return [`172.30.0.${n + 10}`, `fd00:30::${(n + 10).toString(16)}`]
}

/** What the n-th node gives its pods addresses from, from 1. */
export function podRanges(n: number): readonly [string, string] {
  return [`10.244.${n}.0/24`, `fd00:244:0:${n.toString(16)}::/64`]
}

/** The n-th address of a range: `addressIn('10.244.1.0/24', 2)` is 10.244.1.2. */
export function addressIn(range: string, n: number): string {
  const network = range.slice(0, range.indexOf('/'))
  return network.includes(':') ? `${network}${n.toString(16)}` : network.replace(/0$/, String(n))
}
