import type { Encoder } from './encoder.ts'
import type { AttributeCodec, AttributeNames, AttributeTable } from './table.ts'

/** A fixed struct before nested attributes. */
export interface NestHeader<T> {
  readonly size: number
  write(to: Encoder, value: T): void
}

const noHeader: NestHeader<unknown> = { size: 0, write: () => undefined }

/** Attributes inside an attribute, after a fixed header where there is one (a veth's peer has `struct ifinfomsg`). */
export function nested<T extends object>(
  table: AttributeTable<T>,
  header: NestHeader<NoInfer<T>> = noHeader,
): AttributeCodec<T> {
  return {
    nested: true,
    encode(to, value) {
      header.write(to, value)
      table.encode(to, value)
    },
    decode: (from) => table.decode(from.nested(header.size)),
    expects: (value) => (typeof value === 'object' && value !== null ? undefined : 'an object'),
    problem: (value) => table.problem(value),
    regions: (_view, start, end) => [{ start: start + header.size, end, table }],
  }
}

/** Attributes one after another inside one: all of one type, or (`type` 'index') numbered from 0. */
export function list<T>(type: number | 'index', name: string, item: AttributeCodec<T>): AttributeCodec<T[]> {
  const is = (number: number): boolean => type === 'index' || number === type
  const table: AttributeNames = {
    nameOf: (number) => (is(number) ? name : undefined),
    regionsOf: (number, view, start, end) => (is(number) && item.regions?.(view, start, end)) || [],
  }
  return {
    nested: true,
    encode(to, values) {
      values.forEach((value, i) => {
        const number = type === 'index' ? i : type
        const at = item.nested === true ? to.beginNested(number) : to.begin(number)
        item.encode(to, value)
        to.end(at)
      })
    },
    decode(from) {
      const values: T[] = []
      const items = from.nested()
      while (items.next()) if (is(items.type)) values.push(item.decode(items))
      return values
    },
    expects: (value) => {
      if (!Array.isArray(value)) return 'a list'
      const expected = value.map((each) => item.expects?.(each)).find((right) => right !== undefined)
      return expected === undefined ? undefined : `a list, each ${expected}`
    },
    regions: (_view, start, end) => [{ start, end, table }],
  }
}
