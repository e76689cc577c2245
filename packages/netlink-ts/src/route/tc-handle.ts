import { wrong } from '../check.ts'

/** `TC_H_*`: places that are no handles. */
const places = {
  root: 0xffffffff,
  ingress: 0xfffffff1,
  clsact: 0xfffffff1,
  /** Where filters of clsact hang: packets that come in, packets that go out. */
  'clsact/ingress': 0xfffffff2,
  'clsact/egress': 0xfffffff3,
} as const

/** A traffic control handle as `tc` writes it: `1:` (a qdisc), `1:10` (a class), hexadecimal; or a named place. */
export type TcHandle = keyof typeof places | `${string}:${string}`

/** The 32 bits of a handle. */
export function handleNumber(operation: string, field: string, handle: TcHandle): number {
  if (Object.hasOwn(places, handle)) return places[handle as keyof typeof places]
  const match = /^([\da-f]{1,4}):([\da-f]{0,4})$/i.exec(handle)
  if (match === null)
    return wrong(operation, field, handle, `a handle like "1:" or "1:10" (hexadecimal), or ${names()}`)
  return ((Number.parseInt(match[1]!, 16) << 16) | Number.parseInt(match[2]! || '0', 16)) >>> 0
}

/** As `tc` writes it. */
export function handleText(number: number): TcHandle {
  if (number === places.root) return 'root'
  const major = number >>> 16
  const minor = number & 0xffff
  return `${major.toString(16)}:${minor === 0 ? '' : minor.toString(16)}`
}

/** Where a qdisc or filter hangs: the special places by name. */
export function parentText(number: number): TcHandle {
  const name = (Object.keys(places) as (keyof typeof places)[]).find((each) => places[each] === number)
  return name ?? handleText(number)
}

function names(): string {
  return Object.keys(places)
    .map((name) => JSON.stringify(name))
    .join(', ')
}
