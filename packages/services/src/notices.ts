import { lost } from './explain.ts'
import { frontendKey, healthKey } from './table/claims-of.ts'
import type { ServiceTable } from './table/table.ts'

/** Something about a service that its users should hear of. */
export interface Notice {
  /** For machines, in one word. */
  readonly reason: 'InvalidSetting' | 'AddressTaken' | 'HintsIgnored' | 'NoCapacity'
  /** The same for the same trouble, though the note may name another endpoint by now. */
  readonly key: string
  /** A sentence for people. */
  readonly note: string
  /** Whether it is so on this node and maybe on no other; what is wrong in the object itself is so on all. */
  readonly ofNode: boolean
}

/** What is wrong with a service, or a pod with host ports, as it is now. `owner`: as `Changes.concerned` has it. */
export function noticesOf(table: ServiceTable, owner: string): Notice[] {
  const compiled = table.service(owner)
  if (compiled === undefined) return []
  const { problems, frontends, healthCheck, hintsIgnored } = compiled
  const keys = [...frontends.map(frontendKey), ...(healthCheck ? [healthKey(healthCheck.port)] : [])]
  return [
    ...problems.map(({ path, message }) => notice('InvalidSetting', `${path}: ${message}`)),
    ...keys.flatMap((key) => {
      const { lostTo } = lost(table.claims, key, owner)
      return lostTo === undefined ? [] : [notice('AddressTaken', `${key}: ${lostTo}`)]
    }),
    ...(hintsIgnored === undefined ? [] : [ofNode('HintsIgnored', `on ${table.options.nodeName}: ${hintsIgnored}`)]),
    ...(table.starved.has(owner) ? [ofNode('NoCapacity', noIds(table))] : []),
  ]
}

function notice(reason: Notice['reason'], note: string): Notice {
  return { reason, key: `${reason} ${note}`, note, ofNode: false }
}

function ofNode(reason: Notice['reason'], note: string): Notice {
  return { reason, key: `${reason} ${note.replace(/endpoint \S+/, 'endpoint')}`, note, ofNode: true }
}

function noIds({ ids, options }: ServiceTable): string {
  return `on ${options.nodeName}: some of its backends have no id: all ${ids.size} are taken; raise bpf-lb-map-max`
}
