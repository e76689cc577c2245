import type { Frontend } from '../model/frontend.ts'
import { frontendKey } from '../table/claims-of.ts'
import type { ServiceTable } from '../table/table.ts'

/** Each frontend with where its new connections go: `internal 10.96.0.1:80/TCP → 10.0.0.1:8080`; kept ones in brackets. */
export function routes(table: ServiceTable): string[] {
  return [...table.frontends()].map((one) => `${frontendKey(one)} → ${targets(table, one)}`).toSorted()
}

/** Where a frontend's connections go, in the order of the addresses. */
export function targets(table: ServiceTable, { members, whenEmpty }: Frontend): string {
  const byId = new Map([...table.backends()].map((one) => [one.id, one]))
  const texts = members.map(({ backend: id, weight }) => {
    const { address, port } = byId.get(id)!
    const text = `${address.includes(':') ? `[${address}]` : address}:${port}`
    return weight > 0 ? text : `(${text})`
  })
  const isServed = members.some(({ weight }) => weight > 0)
  return [...texts.toSorted(), ...(isServed ? [] : [whenEmpty])].join(' ')
}
