import { carryConnections, type CarryOptions, type HashKey, type NatTables, natTables } from '@skep/lb-maps'
import type { MapHandle } from 'libbpf-ts'
import type { StagedTables } from './tables.ts'

/** Tables that the program writes connections to, together. */
export const natNames: ReadonlySet<string> = new Set(['nat_flows', 'nat_replies', 'nat_entries'])

/** Carries the connections, where their tables are made anew. */
export function carryNat(tables: StagedTables, hashKey: HashKey, options: CarryOptions = {}): void {
  if (![...natNames].every((name) => tables.staged.includes(name))) return
  const nat = (open: (name: string) => MapHandle): NatTables =>
    natTables(tables.memory(open('nat_flows')), tables.memory(open('nat_replies')), tables.memory(open('nat_entries')))
  const words = (name: string) => new Uint32Array(tables.memory(tables.after(name)))
  const facts = { hashKey, services: words('services'), sources: words('sources') }
  carryConnections(
    nat((name) => tables.before(name)),
    nat((name) => tables.after(name)),
    facts,
    options,
  )
}
