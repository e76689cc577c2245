import {
  defaultSettings,
  type EngineSettings,
  type InstancePaths,
  instancePaths,
  procSettings,
  type Settings as KernelSettings,
} from '@skep/lb-engine'
import { join } from 'node:path'
import type { Settings } from '../options/catalogue/index.ts'
import { hashSeed, type PortRange } from '../options/catalogue/outside.ts'

/** Ports of translated packets are below NodePorts, where there is no room for so many above. */
const FEWEST_PORTS = 8192
const LOWEST_PORT = 16_384

/** Cilium's words for what XDP may be. */
const accelerations = {
  disabled: 'tc',
  native: 'native',
  'best-effort': 'best-effort',
  generic: 'generic',
  'testing-only': 'generic',
} as const satisfies Record<Settings['bpf-lb-acceleration'], EngineSettings['acceleration']>

/** Where the tables and programs for packets from outside are. */
export function outsidePaths(settings: Pick<Settings, 'bpf-root' | 'state-dir'>): InstancePaths {
  return pathsOf('agent-lb', settings)
}

/** Where those are that end DSR. */
export function returnsPaths(settings: Pick<Settings, 'bpf-root' | 'state-dir'>): InstancePaths {
  return pathsOf('agent-returns', settings)
}

/** The kernel's settings, where this process may write them. */
export function kernelSettings({ procfs }: Pick<Settings, 'procfs'>): KernelSettings {
  return procSettings(join(procfs, 'sys'))
}

function pathsOf(instance: string, settings: Pick<Settings, 'bpf-root' | 'state-dir'>): InstancePaths {
  return instancePaths({ instance, bpfRoot: join(settings['bpf-root'], 'skep'), runDir: settings['state-dir'] })
}

/** What the agent's options say of it. Pure. */
export function outsideSettings(settings: Settings): EngineSettings {
  const { devices } = settings
  return {
    ...defaultSettings,
    devices: devices.length === 0 ? ['auto'] : devices,
    acceleration: accelerations[settings['node-port-acceleration'] || settings['bpf-lb-acceleration']],
    snat: { portRange: natPorts(settings['node-port-range']), sources: [] },
    capacity: {
      ...defaultSettings.capacity,
      services: settings['bpf-lb-service-map-max'],
      backends: settings['bpf-lb-service-backend-map-max'],
      connections: settings['bpf-nat-global-max'],
      records: 65_536,
      rateLimitedClients: 1024,
      fragments: settings['bpf-fragments-map-max'],
    },
    hashKey: Buffer.from(hashSeed(settings['bpf-lb-maglev-hash-seed'])).toString('hex').padEnd(32, '0'),
  }
}

/** The ports that translated packets carry: a quarter of all, where no NodePort is. Pure. */
export function natPorts({ from, to }: PortRange): PortRange {
  const above = Math.max(to + 1, 65_536 - LOWEST_PORT)
  return 65_536 - above >= FEWEST_PORTS
    ? { from: above, to: 65_535 }
    : { from: Math.max(1024, from - LOWEST_PORT), to: from - 1 }
}

/** Slots of a service's ring; `undefined`: by its backends. */
export function ringSize(settings: Pick<Settings, 'bpf-lb-maglev-table-size'>): number | undefined {
  const size = settings['bpf-lb-maglev-table-size']
  return size === 0 ? undefined : 2 ** Math.ceil(Math.log2(size))
}
