import { type SettingName, specTerms, type Terms } from '@skep/lb-engine'

/** The options that the engine's settings come from. */
const options: Readonly<Partial<Record<SettingName, string>>> = {
  devices: 'devices',
  acceleration: 'bpf-lb-acceleration',
  'snat.portRange': 'node-port-range',
  hashKey: 'bpf-lb-maglev-hash-seed',
  'capacity.connections': 'bpf-nat-global-max',
  'capacity.backends': 'bpf-lb-service-backend-map-max',
  'capacity.services': 'bpf-lb-service-map-max',
  'capacity.fragments': 'bpf-fragments-map-max',
}

/** What the engine's messages speak of on a node: the agent's options. */
export const terms: Terms = {
  setting: (name) => options[name] ?? `nothing: the agent has no option for ${name}`,
  device: () => 'devices',
  uninstall: 'skep-agent uninstall',
}

/** The option of a finding, by its place in the engine's settings. */
export function optionAt(path: readonly PropertyKey[]): string {
  const name = path.slice(1).map(String).join('.') as SettingName
  return options[name] ?? specTerms.setting(name)
}
