import type { Family, Sample } from '@skep/daemon'
import type { Status } from '../status/status.ts'

const PREFIX = 'skep_lb_'

/** A family whose series follow from the status alone. Its name stands without `skep_lb_`. */
export interface FamilyRule extends Omit<Family, 'samples'> {
  samples(status: Status): readonly Sample[]
}

/** A family by its whole name. Metrics that every process has keep the name that dashboards know. */
export function named(family: Family): Family {
  return { ...family, name: /^(process|skep)_/.test(family.name) ? family.name : PREFIX + family.name }
}
