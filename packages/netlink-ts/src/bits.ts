/** The names of the bits that are set, in the table's order. */
export function bitNames<N extends string>(value: number, bits: Readonly<Record<N, number>>): N[] {
  return (Object.keys(bits) as N[]).filter((name) => (value & bits[name]) !== 0)
}

/** A number's name, or the number. */
export function numberName<N extends string>(value: number, names: Readonly<Record<N, number>>): N | number {
  for (const name in names) if (names[name] === value) return name
  return value
}
