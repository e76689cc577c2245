import { existsSync } from 'node:fs'
import { type ProbeKey, probeKeyCodec, probePathCodec } from '@skep/datapath/probe-tc'
import { BpfMap, MapHandle } from 'libbpf-ts'
import type { InstancePaths } from '../../instance/paths.ts'
import { probeMap } from './probe-paths.ts'
import { probePorts } from './way.ts'

/** How many probes take the way of traffic, and how many may. */
export interface ProbeRoom {
  readonly ways: { readonly used: number; readonly size: number }
  /** Towards the service address, port and protocol that has most. */
  readonly ports: { readonly used: number; readonly size: number }
}

/** Reads it from the kernel; `undefined` where no probe takes that way. */
export function readProbeRoom(paths: InstancePaths): ProbeRoom | undefined {
  const pin = probeMap(paths)
  if (!existsSync(pin)) return undefined
  using handle = MapHandle.openPinned(pin)
  const map = new BpfMap(handle, { key: probeKeyCodec, value: probePathCodec })
  return roomOf(
    [...map.entries()].map(([key]) => key),
    handle.info.maxEntries,
  )
}

/** Pure. `size`: entries that the table has room for. */
export function roomOf(keys: readonly ProbeKey[], size: number): ProbeRoom {
  const counts = new Map<string, number>()
  for (const { service, servicePort, protocol } of keys) {
    const address = `${service.join()} ${servicePort} ${protocol}`
    counts.set(address, (counts.get(address) ?? 0) + 1)
  }
  const most = counts.values().reduce((max, count) => Math.max(max, count), 0)
  const ports = probePorts.last - probePorts.first + 1
  return { ways: { used: keys.length, size }, ports: { used: most, size: ports } }
}
