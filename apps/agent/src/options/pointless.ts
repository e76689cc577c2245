import { catalogue, type Name, type Settings } from './catalogue/index.ts'
import { outside } from './catalogue/outside.ts'
import type { Option } from './option.ts'
import type { Ignored, Resolved } from './resolve.ts'
import { servesOutside } from './serves-outside.ts'

/** Options that were given and change nothing, because of what others say. Pure. */
export function pointless({ settings, origins }: Pick<Resolved, 'settings' | 'origins'>): Ignored[] {
  return [...origins].flatMap(([name, origin]) => {
    const reason = isDefault(name, settings) ? undefined : whyPointless(name, settings)
    return reason === undefined ? [] : [{ name, origin, reason }]
  })
}

function isDefault(name: Name, settings: Settings): boolean {
  const { write, default: initial } = catalogue[name] as Option<unknown>
  return write(settings[name]) === write(initial)
}

/** Of packets from outside, but also used where there are none. */
const alsoInside: readonly Name[] = ['procfs']

const ofMaglev: readonly Name[] = ['bpf-lb-maglev-hash-seed', 'bpf-lb-maglev-table-size']

function whyPointless(name: Name, settings: Settings): string | undefined {
  const { 'kube-proxy-replacement': replacement, devices } = settings
  if (name in outside && !alsoInside.includes(name) && !servesOutside(settings)) {
    const named = replacement === 'partial' || replacement === 'probe' ? ' and devices names none' : ''
    return `packets from outside are not served: kube-proxy-replacement is ${replacement}${devices.length === 0 ? named : ''}`
  }
  const algorithm = settings['node-port-algorithm'] || settings['bpf-lb-algorithm']
  if (ofMaglev.includes(name) && algorithm === 'random') return 'bpf-lb-algorithm is random'
  if (name === 'bgp-config-path' && !settings['bgp-announce-lb-ip'] && !settings['bgp-announce-pod-cidr'])
    return 'neither bgp-announce-pod-cidr nor bgp-announce-lb-ip is true, so that nothing is announced'
  return undefined
}
