import { BuildError } from '../bytes/writer.ts'

/** Fields in the second 32-bit word of an ICMP header, by name: lowest bit and width. */
export type WordLayout = Readonly<Record<string, readonly [shift: number, bits: number]>>

/** Values of such fields; a single bit is a boolean. */
export type WordValues = Readonly<Record<string, number | boolean | undefined>>

export const idAndSequence: WordLayout = { id: [16, 16], sequence: [0, 16] }

/** Lays the values that are given over `rest`. A value without a place in the layout is refused. */
export function packWord(
  header: string,
  message: string,
  layout: WordLayout,
  rest: number,
  values: WordValues,
): number {
  let word = BigInt(rest)
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const place = layout[name]
    if (place === undefined) throw new BuildError('INVALID_FIELD', `${header}.${name}`, `has no place in ${message}`)
    const [shift, bits] = place
    const mask = ((1n << BigInt(bits)) - 1n) << BigInt(shift)
    word = (word & ~mask) | (BigInt(fit(`${header}.${name}`, Number(value), bits)) << BigInt(shift))
  }
  return Number(word)
}

/** The fields of a word. */
export function unpackWord(layout: WordLayout, word: number): Record<string, number | boolean> {
  return Object.fromEntries(
    Object.entries(layout).map(([name, [shift, bits]]) => {
      const value = Math.floor(word / 2 ** shift) % 2 ** bits
      return [name, bits === 1 ? value === 1 : value]
    }),
  )
}

function fit(field: string, value: number, bits: number): number {
  const max = 2 ** bits - 1
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw new BuildError('INVALID_FIELD', field, `is ${value}; it must be a whole number from 0 to ${max}`)
}
