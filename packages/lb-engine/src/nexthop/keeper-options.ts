import type { KeeperOptions } from '@skep/neighbor'
import type { EngineSettings } from '../model/settings.ts'

/** How a configuration wants next hops kept. */
export function keeperOptions({ neighbors }: Pick<EngineSettings, 'neighbors'>): Omit<KeeperOptions, 'notes'> {
  if (neighbors === undefined) return {}
  const { keep, permanent, refreshSeconds, perSecond } = neighbors
  return { mode: keep, permanent, refresh: { everyMs: refreshSeconds * 1000, perSecond } }
}
