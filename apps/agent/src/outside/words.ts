/** Where the engine speaks of its own settings, the option that they come from. */
const words: readonly (readonly [RegExp, string])[] = [
  [/spec\.devices(\[\d+\])?/g, 'devices'],
  [/spec\.acceleration/g, 'bpf-lb-acceleration'],
  [/spec\.snat\.portRange/g, 'node-port-range'],
  [/spec\.hashKey/g, 'bpf-lb-maglev-hash-seed'],
  [/spec\.capacity\.connections/g, 'bpf-nat-global-max'],
  [/spec\.capacity\.backends/g, 'bpf-lb-service-backend-map-max'],
  [/spec\.capacity\.services/g, 'bpf-lb-service-map-max'],
  [/spec\.capacity\.fragments/g, 'bpf-fragments-map-max'],
  [/, or give this one a name of its own with --instance/g, ''],
  [/skep-lb uninstall/g, 'skep-agent uninstall'],
]

/** A message of the engine's in the words of the agent's options. Pure. */
export function inOptions(message: string): string {
  return words.reduce((text, [engine, option]) => text.replaceAll(engine, option), message)
}
