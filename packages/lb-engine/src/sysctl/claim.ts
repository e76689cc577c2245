import type { PortRange } from '../model/settings.ts'
import { parsePorts, withoutRange, withRange, type Ports } from './ports.ts'

/** A setting that an instance needs, and what it was before. */
export interface Claim {
  readonly key: string
  readonly want: string | PortRange
  readonly before: string
}

type Want = Pick<Claim, 'key' | 'want'>

export function isRange(want: string | PortRange): want is PortRange {
  return typeof want !== 'string'
}

/** A value may change and stays the same claim; ports that change are given back first. */
export function sameClaim(a: Want, b: Want): boolean {
  if (a.key !== b.key || !isRange(a.want) || !isRange(b.want)) return a.key === b.key
  return a.want.from === b.want.from && a.want.to === b.want.to
}

/** The same setting, wanted the same way. */
export function isSameWant(a: Want, b: Want): boolean {
  return sameClaim(a, b) && (isRange(a.want) || a.want === b.want)
}

/** The setting as it is wanted. */
export function valueFor(want: string | PortRange, current: string): string {
  return isRange(want) ? withRange(current, want) : want
}

/** The setting as it is left behind. What somebody else has set in the meantime is theirs and stays. */
export function valueAfter({ want, before }: Claim, current: string, theirs: readonly Claim[]): string {
  if (!isRange(want)) return current === want ? before : current
  return withoutRange(
    current,
    want,
    union([before, ...theirs.flatMap(({ want: other }) => (isRange(other) ? [withRange('', other)] : []))]),
  )
}

/** Another instance's claim without what it found only because mine was there. */
export function withoutMine(other: Claim, mine: Claim): Claim {
  if (other.key !== mine.key) return other
  if (isRange(mine.want)) return { ...other, before: withoutRange(other.before, mine.want, parsePorts(mine.before)) }
  return other.before === mine.want ? { ...other, before: mine.before } : other
}

function union(lists: readonly string[]): Ports {
  return new Set(lists.flatMap((list) => [...parsePorts(list)]))
}
