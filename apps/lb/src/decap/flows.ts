import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DecapFlow, decapFlowCodec, type DecapFlowKey, decapFlowKeyCodec, DecapSeen } from '@skep/datapath/decap'
import { IpProtocol } from '@skep/packet'
import { BpfMap, MapHandle } from 'libbpf-ts'
import { type DecapSpec, type Timeouts, writeFileAtomically } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'

/** How full the table of flows that options spoke of is. */
export interface FlowGauge {
  /** Flows that still count; the table forgets others when it needs their place. */
  readonly used: number
  readonly size: number
  readonly percent: number
  /** From 80 % on: soon flows in use give way. */
  readonly warning: boolean
}

const WARN_PERCENT = 80

/** Reads the gauge; `null` where nothing is installed. */
export function readFlows(paths: InstancePaths): FlowGauge | null {
  const pin = join(paths.maps, 'decap_flows')
  if (!existsSync(pin)) return null
  using handle = MapHandle.openPinned(pin)
  const map = new BpfMap(handle, { key: decapFlowKeyCodec, value: decapFlowCodec })
  return gauge([...map.entries()], handle.info.maxEntries, noted(paths), monotonicSeconds())
}

/** `timeouts` `undefined`: not known, so that every record counts. */
export function gauge(
  flows: readonly (readonly [Pick<DecapFlowKey, 'protocol'>, Pick<DecapFlow, 'seen' | 'lastSeen'>])[],
  size: number,
  timeouts: Timeouts | undefined,
  now: number,
): FlowGauge {
  const counts = flows.filter(
    ([{ protocol }, flow]) => timeouts === undefined || now - flow.lastSeen <= timeoutOf(protocol, flow.seen, timeouts),
  )
  const percent = Math.round((100 * counts.length) / size)
  return { used: counts.length, size, percent, warning: percent >= WARN_PERCENT }
}

/** Notes what was applied, for who reads the kernel without the configuration. */
export function noteSpec(paths: InstancePaths, spec: DecapSpec): void {
  writeFileAtomically(file(paths), JSON.stringify(spec))
}

function noted(paths: InstancePaths): Timeouts | undefined {
  if (!existsSync(file(paths))) return undefined
  return (JSON.parse(readFileSync(file(paths), 'utf8')) as DecapSpec).timeoutSeconds
}

/** As the datapath has it, in `flow_timeout`. */
function timeoutOf(protocol: number, seen: number, { tcp, closing, reset, udp }: Timeouts): number {
  const both = DecapSeen.DECAP_SEEN_CLIENT_FIN | DecapSeen.DECAP_SEEN_SERVER_FIN
  if (protocol !== IpProtocol.tcp) return udp
  if ((seen & DecapSeen.DECAP_SEEN_RST) !== 0) return reset
  return (seen & both) === both ? closing : tcp
}

/** The datapath's clock, CLOCK_MONOTONIC. */
function monotonicSeconds(): number {
  return Number(process.hrtime.bigint() / 1_000_000_000n)
}

function file(paths: InstancePaths): string {
  return join(paths.run, 'spec.json')
}
