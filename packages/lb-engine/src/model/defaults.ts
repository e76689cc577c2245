import type { EngineSettings } from './settings.ts'

/** What holds where nothing else is said. No devices. */
export const defaultSettings: EngineSettings = {
  devices: [],
  acceleration: 'best-effort',
  snat: { portRange: { from: 16_384, to: 32_767 }, sources: [] },
  dsr: { tunnelSources: [] },
  capacity: {
    services: 1024,
    backends: 16_384,
    connections: 262_144,
    records: 262_144,
    sourceRanges: 16_384,
    rateLimitedClients: 65_536,
    fragments: 4096,
  },
  hashKey: '736b65702e6465762f76312e68617368',
}
