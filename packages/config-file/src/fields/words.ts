import type { z } from 'zod'
import { show, wrong } from '../problem.ts'
import { field, Refusal } from './field.ts'
import { suggest } from './nearest.ts'

/** A whole number. `what` names it: `a port`, `a weight`. */
export function integer(what: string, min: number, max: number): z.ZodType<number> {
  return field({ type: 'integer', minimum: min, maximum: max }, (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
    throw new Refusal(wrong(value, what, `write a whole number from ${min} to ${max}`))
  })
}

/** Yes or no. */
export const flag: z.ZodType<boolean> = field({ type: 'boolean' }, (value) => {
  if (typeof value === 'boolean') return value
  throw new Refusal(wrong(value, 'yes or no', 'write true or false'))
})

/** One of the words. With `later`, words that exist but that this version cannot do. */
export function word<const T extends string>(
  words: readonly T[],
  later: Readonly<Record<string, string>> = {},
): z.ZodType<T> {
  return field({ type: 'string', enum: words }, (value) => {
    const found = words.find((candidate) => candidate === value)
    if (found !== undefined) return found
    if (typeof value !== 'string')
      throw new Refusal(wrong(value, words.length > 1 ? 'one of the words' : 'the word', `write ${words.join(' or ')}`))
    if (Object.hasOwn(later, value)) throw new Refusal(`${show(value)} ${later[value]}; write ${words.join(' or ')}`)
    throw new Refusal(`${show(value)} is not known; ${suggest(value, words)}`)
  })
}

/** Any text but an empty one. */
export function text(what: string, example: string, most = 253): z.ZodType<string> {
  return field({ type: 'string', minLength: 1, maxLength: most }, (value) => {
    if (typeof value === 'string' && value !== '' && value.length <= most) return value
    throw new Refusal(wrong(value, what, `write text like ${example}`))
  })
}
