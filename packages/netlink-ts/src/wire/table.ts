import type { AttributeDecoder } from './decoder.ts'
import type { Encoder } from './encoder.ts'

/** A part of a payload that is attributes again: how an offset inside it finds its name. */
export interface Region {
  readonly start: number
  readonly end: number
  readonly table: AttributeNames
}

/** A value that cannot be written: where, what, and what would be right. */
export interface Problem {
  readonly field: string
  readonly value: unknown
  readonly right: string
}

/** How one attribute's payload is checked, written and read. */
export interface AttributeCodec<T> {
  readonly nested?: boolean
  /** What would be right, when the value is not. */
  expects?(value: unknown): string | undefined
  /** What is wrong inside a value that is itself of the right shape. */
  problem?(value: T): Problem | undefined
  encode(to: Encoder, value: T): void
  /** Reads the decoder's current attribute. Bad bytes go to the decoder's sticky error. */
  decode(from: AttributeDecoder): T
  /** Where attributes lie inside the payload that starts and ends at these offsets. */
  regions?(view: DataView, start: number, end: number): readonly Region[]
}

/** An attribute: its number, its name in the kernel's headers, its payload. */
export type Attribute<T> = readonly [type: number, name: string, codec: AttributeCodec<T>]

/** One attribute for each property. */
export type Attributes<T> = { readonly [K in keyof T]-?: Attribute<Exclude<T[K], undefined>> }

/** What naming an attribute takes: every table has it, whatever it holds. */
export interface AttributeNames {
  nameOf(type: number): string | undefined
  regionsOf(type: number, view: DataView, start: number, end: number): readonly Region[]
}

/**
 * The attributes of one kind of message or nest (`T` has only optional properties): from this table they are checked,
 * written, read and named.
 */
export class AttributeTable<T extends object> implements AttributeNames {
  readonly attributes: Attributes<T>
  readonly #keys: readonly (keyof T & string)[]
  readonly #byType = new Map<number, keyof T & string>()

  constructor(attributes: Attributes<T>) {
    this.attributes = attributes
    this.#keys = Object.keys(attributes) as (keyof T & string)[]
    for (const key of this.#keys) this.#byType.set(attributes[key][0], key)
  }

  /** The properties that the table knows. */
  get keys(): readonly string[] {
    return this.#keys
  }

  /** Writes every property that is there, in the table's order. */
  encode(to: Encoder, values: T): void {
    for (const key of this.#keys) {
      const value = values[key]
      if (value === undefined) continue
      const [type, , codec] = this.attributes[key]
      const at = codec.nested === true ? to.beginNested(type) : to.begin(type)
      codec.encode(to, value as Exclude<T[typeof key], undefined>)
      to.end(at)
    }
  }

  /** The first value that its attribute cannot hold. */
  problem(values: T): Problem | undefined {
    for (const key of this.#keys) {
      const value = values[key]
      if (value === undefined) continue
      const codec = this.attributes[key][2]
      const right = codec.expects?.(value)
      if (right !== undefined) return { field: key, value, right }
      const inner = codec.problem?.(value as Exclude<T[typeof key], undefined>)
      if (inner !== undefined) return { ...inner, field: `${key}.${inner.field}` }
    }
    return undefined
  }

  /** Reads what the table knows and passes over the rest: newer kernels say more. */
  decode(from: AttributeDecoder): T {
    const values = {} as T
    while (from.next()) {
      const key = this.#byType.get(from.type)
      if (key !== undefined) values[key] = this.attributes[key][2].decode(from)
    }
    return values
  }

  nameOf(type: number): string | undefined {
    const key = this.#byType.get(type)
    return key === undefined ? undefined : this.attributes[key][1]
  }

  regionsOf(type: number, view: DataView, start: number, end: number): readonly Region[] {
    const key = this.#byType.get(type)
    return (key !== undefined && this.attributes[key][2].regions?.(view, start, end)) || []
  }
}
