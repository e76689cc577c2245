import { Refusal, wrong } from '@skep/config-file'
import type { Option } from './option.ts'

/** First and last port, both in it. */
export type PortRange = readonly [number, number]

export function portRange(value: PortRange, told: Pick<Option<never>, 'about'>): Option<PortRange> {
  return { default: value, takes: 'first,last', read, write: ([first, last]) => `${first},${last}`, ...told }
}

/** `30000,32767`, as Cilium writes it, or `30000-32767`, as kube-apiserver does. */
function read(text: string): PortRange {
  const [, first, last] = /^(\d{1,5})[,-](\d{1,5})$/.exec(text.replaceAll(' ', '')) ?? []
  const range: PortRange = [Number(first), Number(last)]
  if (range[0] > 0 && range[1] > range[0] && range[1] < 65_536) return range
  throw new Refusal(wrong(text, 'a range of ports', 'write the first and a larger last one, like 30000,32767'))
}
