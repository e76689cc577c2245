import { inspect } from 'node:util'
import { invalidInput } from './errors.ts'

/** What `name` stands for in a table of choices. Errors: INVALID_INPUT, listing the names that there are. */
export function chosen<T>(table: Readonly<Record<string, T>>, name: string, operation: string, what: string): T {
  if (Object.hasOwn(table, name)) return table[name] as T
  throw invalidInput(operation, `${what} ${inspect(name)} is not known; there are ${Object.keys(table).join(', ')}`)
}

/** A number that the kernel takes as __u32. Errors: INVALID_INPUT, with what would be right. */
export function checkedU32(value: number, least: number, operation: string, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= 0xffff_ffff) return value
  throw invalidInput(operation, `${what} is ${inspect(value)}; it must be a whole number from ${least} to 4294967295`)
}
