import {
  type DeviceStatus,
  type GaugeStatus,
  openInstance,
  readDevices,
  readNextHops,
  readVerdicts,
} from '@skep/lb-engine'
import { readSources } from '@skep/lb-maps'
import type { OpenedOutside } from './open.ts'

/** How packets from outside are served. */
export interface OutsideStatus {
  readonly mode: string
  readonly algorithm: string
  /** `49152-65535` */
  readonly ports: string
  /** Own addresses that translated packets carry. */
  readonly sources: readonly string[]
  readonly devices: readonly (Pick<DeviceStatus, 'name' | 'mode' | 'attached'> & { readonly why: string })[]
  /** Those that some packet had. */
  readonly verdicts: readonly { readonly verdict: string; readonly packets: number }[]
  readonly nextHops: readonly { readonly address: string; readonly device: string; readonly text: string }[]
  readonly gauges: readonly GaugeStatus[]
  readonly problems: readonly string[]
}

/** `undefined`: they are not asked for. */
export function outsideStatus({ outside, settings, trouble }: OpenedOutside): OutsideStatus | undefined {
  if (settings === undefined) return undefined
  const { paths, engine } = settings
  const { from, to } = engine.snat.portRange
  const about = { mode: settings.mode, algorithm: settings.algorithm, ports: `${from}-${to}` }
  if (outside === undefined) return { ...about, ...nothing, problems: trouble === undefined ? [] : [trouble] }
  using open = openInstance(paths)
  return {
    ...about,
    sources: open ? readSources(open.maps) : [],
    devices: readDevices(paths).map(({ name, mode, attached, reason }) => {
      const chosen = outside.whyChosen(name)
      return { name, mode, attached, why: [chosen, ...(reason === undefined ? [] : [reason])].join('; ') }
    }),
    verdicts: open
      ? readVerdicts(open.tables).flatMap(({ verdict, packets }) => (packets > 0 ? [{ verdict, packets }] : []))
      : [],
    nextHops: readNextHops(paths).map(({ address, device, text }) => ({ address, device, text })),
    gauges: outside.engine.gauges(),
    problems: outside.problems,
  }
}

const nothing = { sources: [], devices: [], verdicts: [], nextHops: [], gauges: [] }
