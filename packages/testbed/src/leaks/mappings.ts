import { readFileSync } from 'node:fs'

/** Memory of BPF maps that this process has mapped: a mapping outlives its map's descriptor. */
export function bpfMappings(): Map<string, string> {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n')
  const ofMaps = lines.filter((line) => line.includes('bpf-map'))
  return new Map(ofMaps.map((line) => [line, `mapped memory of a BPF map: ${line.split(' ')[0]}`]))
}
