import type { Mode, Service } from '@skep/lb-maps'
import { tunnelFamilies } from '../datapath/tunnel.ts'
import { family } from '../model/family.ts'
import type { EngineModel } from '../model/model.ts'

/** What the services of a backend ask of the way to it. */
export interface Needs {
  /** An own address that packets to it carry. */
  readonly source: boolean
  /** It shares a link with the load balancer: nothing but its MAC address tells the way. */
  readonly onLink: boolean
  /** Its replies come back through the load balancer. */
  readonly replies: boolean
  /** Some of its services leave packets as they are: it has to be another host. */
  readonly direct: boolean
}

const kinds: readonly Needs[] = Array.from({ length: 16 }, (_, bits) => ({
  direct: (bits & 8) !== 0,
  source: (bits & 4) !== 0,
  onLink: (bits & 2) !== 0,
  replies: (bits & 1) !== 0,
}))
const nothing = kind(false, false, false, false)
/** Also of a backend that nothing is known of. */
export const translation: Needs = kind(true, false, true, false)

/** By backend address, for all backends of a model; where all services translate, all need the same. */
export function backendNeeds(model: Pick<EngineModel, 'services' | 'dsr'>): (address: string) => Needs {
  if (model.services.every((service) => modeOf(service) === 'snat')) return () => translation
  const needs = needsByAddress(model)
  return (address) => needs.get(address) ?? translation
}

function needsByAddress(model: Pick<EngineModel, 'services' | 'dsr'>): ReadonlyMap<string, Needs> {
  const spread = new Set(tunnelFamilies(model))
  const needs = new Map<string, Needs>()
  for (const service of model.services) {
    const mode = modeOf(service)
    for (const { address } of service.backends) {
      const before = needs.get(address) ?? nothing
      const source = before.source || mode === 'snat' || (mode === 'dsr-ipip' && !spread.has(family(address)))
      const onLink = before.onLink || mode === 'dsr-l2'
      needs.set(address, kind(source, onLink, before.replies || mode === 'snat', before.direct || mode !== 'snat'))
    }
  }
  return needs
}

function modeOf({ mode = 'snat' }: Service): Mode {
  return mode
}

/** Needs are few, backends may be many. */
function kind(source: boolean, onLink: boolean, replies: boolean, direct: boolean): Needs {
  return kinds[(direct ? 8 : 0) + (source ? 4 : 0) + (onLink ? 2 : 0) + (replies ? 1 : 0)]!
}
