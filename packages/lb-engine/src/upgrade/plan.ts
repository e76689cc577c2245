import type { EngineSettings } from '../model/settings.ts'
import { specTerms, type Terms } from '../model/terms.ts'
import { decidedBy, type Installed } from '../datapath/installed.ts'
import { wantedSizes } from '../datapath/settings.ts'
import { planSizes, type SizePlan } from './sizes.ts'

/** What a start makes of the tables that are there. */
export function planTables(config: EngineSettings, installed: Installed | undefined): SizePlan {
  return planSizes(wantedSizes(config), installed?.sizes ?? {})
}

/** The same in words, a line each, for who starts it. */
export function tableNotes(
  config: EngineSettings,
  installed: Installed | undefined,
  terms: Terms = specTerms,
): string[] {
  const { grown, kept } = planTables(config, installed)
  const grow =
    grown.length === 0 ? [] : [`tables grow, with what is in them, while traffic goes on: ${grown.join(', ')}`]
  return [...grow, ...capacityNotes(config, kept, terms)]
}

function capacityNotes({ capacity }: EngineSettings, kept: readonly string[], terms: Terms): string[] {
  const keys = Object.entries(decidedBy).filter(([, maps]) => maps.some((map) => kept.includes(map)))
  const advice = `tables do not shrink while they carry connections; for less memory: ${terms.uninstall}, and a new start`
  return keys.map(([key]) => {
    const own = key as keyof EngineSettings['capacity']
    const asked = capacity[own]
    return `${terms.setting(`capacity.${own}`)}: ${asked} is less than what is loaded has room for, which stays; ${advice}`
  })
}
