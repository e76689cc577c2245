import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Decap, type DecapConfig, loadDecap } from '@skep/datapath/decap'
import { MapHandle, probe } from 'libbpf-ts'
import type { Finding } from '@skep/config-file'
import type { InstancePaths } from '../instance/paths.ts'
import type { DecapSpec } from './config.ts'

/** Room for what `run` writes; memory is only taken for what is there. */
const PREFIXES = 65_536
const OWN = 16_384
/** Fragmented replies on their way at one time. */
const FRAGMENTS = 4096

/** The programs' read-only configuration. */
export function programSettings({ dispatch, timeoutSeconds: { tcp, closing, reset, udp } }: DecapSpec): DecapConfig {
  return {
    ipip: Number(dispatch.includes('ipip')),
    option: Number(dispatch.includes('opt')),
    timeoutTcp: tcp,
    timeoutClosing: closing,
    timeoutReset: reset,
    timeoutUdp: udp,
    coarseClock: Number(probe.helper('sched_cls', 'ktime_get_coarse_ns').supported === true),
  }
}

/** Loads the programs over the instance's pinned maps, making those that are not there. Attaches nothing. */
export function loadPrograms(paths: InstancePaths, spec: DecapSpec): Decap {
  mkdirSync(paths.links, { recursive: true, mode: 0o700 })
  const maps = {
    decapSources: { maxEntries: PREFIXES },
    decapVips: { maxEntries: PREFIXES },
    decapOwn: { maxEntries: OWN },
    decapFlows: { maxEntries: spec.flows },
    decapFragments: { maxEntries: FRAGMENTS },
    decapCounters: sizeOfPin(join(paths.maps, 'decap_counters')),
  }
  return loadDecap({ config: programSettings(spec), maps, pinRoot: paths.maps })
}

/** As another release made it; where there is none, the program's own size. */
function sizeOfPin(pin: string): { readonly maxEntries?: number } {
  if (!existsSync(pin)) return {}
  using map = MapHandle.openPinned(pin)
  return { maxEntries: map.info.maxEntries }
}

/** What a configuration asks for and only a new installation can give: the table holds flows. */
export function fixedSizes(paths: InstancePaths, { flows }: DecapSpec): Finding[] {
  const pin = join(paths.maps, 'decap_flows')
  if (!existsSync(pin)) return []
  using map = MapHandle.openPinned(pin)
  const { maxEntries } = map.info
  if (maxEntries === flows) return []
  const message = `${flows} is not what is installed, ${maxEntries}; another size takes skep-lb decap uninstall and a new start`
  return [{ path: ['spec', 'flows'], message }]
}
