import type { AttributeNames } from './table.ts'

const TYPE_MASK = 0x3fff

/** The attribute that starts at `offset`, by path (`IFLA_LINKINFO.IFLA_INFO_KIND`), and what lies in it. */
export interface AttributePlace {
  readonly path: string
  readonly tables: readonly AttributeNames[]
}

/**
 * Finds the name of the attribute at `offset` in a request that this package encoded: what the kernel's extended
 * ack points to. `undefined` when no attribute starts there.
 */
export function attributeAt(
  request: Uint8Array,
  start: number,
  table: AttributeNames,
  offset: number,
): AttributePlace | undefined {
  const view = new DataView(request.buffer, request.byteOffset, request.byteLength)
  return find(view, start, request.length, table, offset)
}

function find(
  view: DataView,
  start: number,
  end: number,
  table: AttributeNames,
  offset: number,
): AttributePlace | undefined {
  for (let at = start; at + 4 <= Math.min(end, view.byteLength);) {
    const length = view.getUint16(at, true)
    if (length < 4) return undefined
    if (offset >= at && offset < at + length) return within(view, at, length, table, offset)
    at += (length + 3) & ~3
  }
  return undefined
}

function within(view: DataView, at: number, length: number, table: AttributeNames, offset: number): AttributePlace {
  const type = view.getUint16(at + 2, true) & TYPE_MASK
  const name = table.nameOf(type) ?? `attribute ${type}`
  const regions = table.regionsOf(type, view, at + 4, Math.min(at + length, view.byteLength))
  for (const region of offset === at ? [] : regions) {
    const inner = find(view, region.start, region.end, region.table, offset)
    if (inner !== undefined) return { ...inner, path: `${name}.${inner.path}` }
  }
  return { path: name, tables: regions.map((region) => region.table) }
}
