import type { Address, Cidr } from '@skep/packet'
import { AddressError, parseAddress, parseCidr } from '@skep/packet'
import { invalidInput } from './error.ts'
import { nearest } from './suggest.ts'
import type { AttributeTable } from './wire/table.ts'

/**
 * Checks at the border. Each names the place (`link.add`, `mtu`), the value and what would be right, and gives the
 * value back in its checked form.
 */

/** Refuses keys that the verb does not have: a misspelt option must not be silently ignored. */
export function checkKeys(operation: string, value: object, keys: Readonly<Record<string, true>>): void {
  checkObject(operation, value, keys)
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(keys, key)) continue
    const meant = nearest(key, Object.keys(keys))
    const hint = meant === undefined ? `it may be ${Object.keys(keys).join(', ')}` : `did you mean ${meant}?`
    throw invalidInput(operation, `unknown option ${JSON.stringify(key)}; ${hint}`)
  }
}

/** Refuses what is no options at all: a name, a number, nothing. */
export function checkObject(operation: string, value: unknown, keys: Readonly<Record<string, unknown>>): void {
  if (typeof value === 'object' && value !== null) return
  wrong(operation, 'options', value, `{ ${Object.keys(keys).slice(0, 3).join(', ')}, … }`)
}

/** A list, which anything else is taken for by mistake. */
export function checkList<T>(operation: string, field: string, value: readonly T[], of: string): readonly T[] {
  return Array.isArray(value) ? value : wrong(operation, field, value, `a list of ${of}`)
}

/** True or false, and nothing that counts as either. */
export function checkSwitch(operation: string, field: string, value: boolean): boolean {
  return typeof value === 'boolean' ? value : wrong(operation, field, value, 'true or false')
}

export function wrong(operation: string, field: string, value: unknown, right: string): never {
  throw invalidInput(operation, `${field}: ${show(value)} is not right; write ${right}`)
}

export function checkWhole(operation: string, field: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    wrong(operation, field, value, `a whole number from ${min} to ${max}`)
  return value
}

/** Checks what a table is to write. */
export function checkTable<T extends object>(
  operation: string,
  table: Pick<AttributeTable<T>, 'problem'>,
  values: T,
): T {
  const problem = table.problem(values)
  if (problem !== undefined) wrong(operation, problem.field, problem.value, problem.right)
  return values
}

export function checkAddress(operation: string, field: string, value: string): Address {
  return parsed(operation, field, () => parseAddress(text(operation, field, value)))
}

/** An address with a prefix length; without one it is the whole address (`/32`, `/128`). */
export function checkPrefix(operation: string, field: string, value: string): Cidr {
  return parsed(operation, field, () => {
    if (text(operation, field, value).includes('/')) return parseCidr(value)
    const address = parseAddress(value)
    return { address, prefix: address.bytes.length * 8 }
  })
}

/** A name of a closed set, or a number that has no name here. */
export function checkName<N extends string>(
  operation: string,
  field: string,
  value: N | number,
  names: Readonly<Record<N, number>>,
  max: number,
): number {
  if (typeof value === 'number') return checkWhole(operation, field, value, 0, max)
  if (!Object.hasOwn(names, value)) {
    const meant = nearest(value, Object.keys(names))
    wrong(
      operation,
      field,
      value,
      meant === undefined ? `one of ${Object.keys(names).join(', ')}` : JSON.stringify(meant),
    )
  }
  return names[value]
}

/** All names' bits together. */
export function checkBits<N extends string>(
  operation: string,
  field: string,
  values: readonly N[],
  bits: Readonly<Record<N, number>>,
): number {
  checkList(operation, field, values, 'names')
  return values.reduce((all, value, i) => all | checkName(operation, `${field}[${i}]`, value, bits, 0), 0)
}

function text(operation: string, field: string, value: unknown): string {
  return typeof value === 'string'
    ? value
    : wrong(operation, field, value, 'an address like "10.0.0.1" or "2001:db8::1"')
}

function parsed<T>(operation: string, field: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof AddressError) throw invalidInput(operation, `${field}: ${error.message}`)
    throw error
  }
}

function show(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? typeof value)
}
