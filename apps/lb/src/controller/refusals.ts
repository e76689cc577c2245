import type { PutService } from '../cilium/model.ts'
import { claimedFindings, merged } from '../cilium/put.ts'
import type { Config } from '../config/config.ts'
import { engineModel } from '../config/model.ts'
import type { Finding } from '@skep/config-file'
import { transitionFindings } from '../config/transitions.ts'
import { fixedFindings, readInstalled, restartFindings } from '@skep/lb-engine'
import type { ControllerParts } from './parts.ts'

type Parts = Pick<ControllerParts, 'engine' | 'paths'>

/** What stands against a declared configuration when a process starts, beside the services that were put. */
export function refusalsAtStart({ engine, paths }: Parts, config: Config, put: readonly PutService[]): Finding[] {
  const installed = readInstalled(paths)
  const claimed = claimedFindings(config, put)
  if (claimed.length > 0) return claimed
  return [...(installed ? fixedFindings(installed, config) : []), ...engine.refusals(engineModel(merged(config, put)))]
}

/** The same while another one is carried out: `before`. */
export function refusalsNow(parts: Parts, before: Config, config: Config, put: readonly PutService[]): Finding[] {
  const installed = readInstalled(parts.paths)
  return [
    ...transitionFindings(before, config),
    ...(installed ? restartFindings(installed, config) : []),
    ...refusalsAtStart(parts, config, put),
  ]
}
