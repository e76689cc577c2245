import type { RouteAttributes, Scope } from './route.ts'

/** What routes share: attributes and scope. */
export interface Template {
  readonly attributes: RouteAttributes
  readonly scope: Scope
}

/** The same text for what means the same. */
export function templateKey({ attributes, scope }: Template): string {
  return JSON.stringify([attributes, scope], stable)
}

function stable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
