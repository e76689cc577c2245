import { table } from '@skep/terminal'
import type { DeviceProbe } from './probe.ts'

const TITLES = ['DEVICE', 'XDP IN DRIVER', 'REDIRECT TO IT', 'MTU', 'OTHER PROGRAMS', 'POSSIBLE', 'REASON']

/** What was tried of each device, a line each. Pure. */
export function probeTable(probes: readonly DeviceProbe[]): string {
  const rows = probes.map(({ device, native, sends, mtu, others, possible, reason }) => {
    return [device, yes(native), yes(sends), String(mtu), others, possible, reason ?? '-']
  })
  return table([TITLES, ...rows]).join('\n')
}

function yes(is: boolean): string {
  return is ? 'yes' : 'no'
}
