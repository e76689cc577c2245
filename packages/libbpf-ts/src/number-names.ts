/** A table of names and numbers, read by the number; one that is newer than this package reads as `type 99`. */
export function namer(table: Readonly<Record<string, number>>): (number: number) => string {
  const names = new Map(Object.entries(table).map(([name, number]) => [number, name]))
  return (number) => names.get(number) ?? `type ${number}`
}
