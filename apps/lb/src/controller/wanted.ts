import type { PutService } from '../cilium/model.ts'
import { merged } from '../cilium/put.ts'
import type { Config } from '../config/config.ts'
import type { Drains } from '../drain/drain.ts'
import type { Declared } from '../source/source.ts'

/** All that is asked for: by the source, by Cilium's API, by operators. */
export interface Wanted {
  readonly declared: Declared
  readonly put: readonly PutService[]
  readonly drains: Drains
}

/** The services of all owners, as they are asked for. */
export function configOf({ declared, put }: Wanted): Config {
  return merged(declared.config, put)
}
