import { u16, u32, Writer } from '../bytes.ts'
import { UpdateError } from '../codes.ts'
import { AS_TRANS } from '../open/open.ts'
import { type AttributeCodec, Malformed, optionalTransitive, wellKnown } from './attribute.ts'

export type SegmentKind = 'set' | 'sequence' | 'confed-sequence' | 'confed-set'

/** A part of an AS path: AS numbers in order, or a set of them. */
export interface Segment {
  readonly kind: SegmentKind
  readonly asns: readonly number[]
}

/** The ASes that a route has passed, the nearest first. */
export type AsPath = readonly Segment[]

const kinds: readonly SegmentKind[] = ['set', 'sequence', 'confed-sequence', 'confed-set']
const MOST = 255

/** AS_PATH, whose numbers have two or four octets as the session has agreed. */
export const asPath: AttributeCodec<AsPath> = {
  code: 2,
  name: 'AS_PATH',
  flags: wellKnown,
  malformed: 'treat-as-withdraw',
  decode: (value, { as4 }) => readPath(value, as4 ? 4 : 2),
  encode: (value, { as4 }) => writePath(value, as4 ? 4 : 2),
}

/** AS4_PATH: what two octets could not say, carried past those who know no more (RFC 6793). */
export const as4Path: AttributeCodec<AsPath> = {
  code: 17,
  name: 'AS4_PATH',
  flags: optionalTransitive,
  malformed: 'attribute-discard',
  decode: (value) => {
    const path = readPath(value, 4)
    return path instanceof Malformed ? path : path.filter(({ kind }) => !isConfed(kind))
  },
  encode: (value, { as4 }) =>
    as4 || !value.some(({ asns }) => asns.some((asn) => asn > 0xffff)) ? undefined : writePath(value, 4),
}

/** How many ASes a path counts in the decision: a set is one, a confederation none. */
export function pathLength(path: AsPath): number {
  return path.reduce((sum, { kind, asns }) => sum + (isConfed(kind) ? 0 : kind === 'set' ? 1 : asns.length), 0)
}

/** The path with this AS before it. */
export function prepend(path: AsPath, asn: number, times = 1): AsPath {
  if (times === 0) return path
  const [first, ...rest] = path
  const added = Array.from({ length: times }, () => asn)
  if (first?.kind === 'sequence' && first.asns.length + times <= MOST)
    return [{ kind: 'sequence', asns: [...added, ...first.asns] }, ...rest]
  return [{ kind: 'sequence', asns: added }, ...path]
}

/** As routers print it: `64512 64513 {64514,64515} (65000)`. */
export function formatPath(path: AsPath): string {
  return path.map(formatSegment).join(' ')
}

/** The path where AS_PATH came with two octets and AS4_PATH tells the rest (RFC 6793, section 4.2.3). */
export function mergePaths(path: AsPath, wide: AsPath): AsPath {
  const surplus = pathLength(path) - pathLength(wide)
  if (surplus < 0) return path
  return join(leading(path, surplus), wide)
}

/** As much of the path as counts so many ASes; confederations at its front stay with it. */
function leading(path: AsPath, count: number): Segment[] {
  const found: Segment[] = []
  let left = count
  for (const segment of path) {
    if (isConfed(segment.kind)) found.push(segment)
    else if (left <= 0) break
    else if (segment.kind === 'set') {
      found.push(segment)
      left--
    } else {
      found.push({ kind: 'sequence', asns: segment.asns.slice(0, left) })
      left -= segment.asns.length
    }
  }
  return found
}

function join(front: Segment[], back: AsPath): AsPath {
  const last = front.at(-1)
  const [first, ...rest] = back
  if (last?.kind !== 'sequence' || first?.kind !== 'sequence' || last.asns.length + first.asns.length > MOST)
    return [...front, ...back]
  return [...front.slice(0, -1), { kind: 'sequence', asns: [...last.asns, ...first.asns] }, ...rest]
}

function readPath(value: Uint8Array, width: 2 | 4): AsPath | Malformed {
  const path: Segment[] = []
  for (let at = 0; at < value.length;) {
    const kind = kinds[value[at]! - 1]
    const count = value[at + 1]
    if (kind === undefined) return malformed(`has a segment of type ${value[at]}, and 1 to 4 are known`)
    if (count === undefined) return malformed('ends within a segment')
    if (count === 0) return malformed('has a segment without an AS')
    const end = at + 2 + count * width
    if (end > value.length) return malformed(`has a segment of ${count} ASes that reaches past its end`)
    const asns: number[] = []
    for (at += 2; at < end; at += width) asns.push(width === 4 ? u32(value, at) : u16(value, at))
    path.push({ kind, asns })
  }
  return path
}

function malformed(reason: string): Malformed {
  return new Malformed(reason, UpdateError.malformedAsPath)
}

function writePath(path: AsPath, width: 2 | 4): Uint8Array {
  const writer = new Writer()
  for (const { kind, asns } of path) {
    for (let at = 0; at < asns.length; at += MOST) {
      const part = asns.slice(at, at + MOST)
      writer.u8(kinds.indexOf(kind) + 1).u8(part.length)
      for (const asn of part) {
        if (width === 4) writer.u32(asn)
        else writer.u16(asn > 0xffff ? AS_TRANS : asn)
      }
    }
  }
  return writer.done()
}

function isConfed(kind: SegmentKind): boolean {
  return kind === 'confed-sequence' || kind === 'confed-set'
}

function formatSegment({ kind, asns }: Segment): string {
  if (kind === 'sequence') return asns.join(' ')
  if (kind === 'set') return `{${asns.join(',')}}`
  return kind === 'confed-sequence' ? `(${asns.join(' ')})` : `[${asns.join(',')}]`
}
