import { gauge, type GaugeStatus } from '@skep/lb-engine'
import type { ProbeRoom } from './room.ts'

/** Probes that take the way of traffic. Backends for which there is no room are asked at their own addresses. */
export function probeGauges(room: ProbeRoom | undefined): GaugeStatus[] {
  if (room === undefined) return []
  return [
    gauge('health probes', room.ways, 'nothing: it is fixed'),
    gauge('health probes to the busiest service address', room.ports, 'nothing: it is fixed'),
  ]
}
