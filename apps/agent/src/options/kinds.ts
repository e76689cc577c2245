import { isIP } from 'node:net'
import { Refusal, show, suggest, wrong } from '@skep/config-file'
import type { Option } from './option.ts'

type Told = Pick<Option<never>, 'about'>

const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True']
const FALSE = ['0', 'f', 'F', 'false', 'FALSE', 'False']

/** Yes or no, as Go's strconv.ParseBool reads it. */
export function flag(value: boolean, told: Told): Option<boolean> {
  const read = (text: string): boolean => {
    if (TRUE.includes(text)) return true
    if (FALSE.includes(text)) return false
    throw new Refusal(wrong(text, 'yes or no', 'write true or false'))
  }
  return { default: value, takes: 'true|false', bare: 'true', read, write: String, ...told }
}

/** A whole number of `what`. */
export function integer(value: number, what: string, min: number, max: number, told: Told): Option<number> {
  const read = (text: string): number => {
    const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    throw new Refusal(wrong(text, what, `write a whole number from ${min} to ${max}`))
  }
  return { default: value, takes: 'number', read, write: String, ...told }
}

/** One of the words. */
export function word<const T extends string>(value: T, words: readonly T[], told: Told): Option<T> {
  const read = (text: string): T => {
    const found = words.find((candidate) => candidate === text)
    if (found !== undefined) return found
    throw new Refusal(`${show(text)} is not known; ${suggest(text, words)}`)
  }
  return { default: value, takes: words.join('|'), read, write: String, ...told }
}

/** An address of one family. */
export function address(family: 4 | 6, value: string, told: Told): Option<string> {
  const example = family === 4 ? '169.254.42.1' : 'fd00::1'
  const read = (text: string): string => {
    if (isIP(text) === family) return text
    throw new Refusal(wrong(text, `an IPv${family} address`, `write one like ${example}`))
  }
  return { default: value, takes: 'address', read, write: String, ...told }
}

/** Any text; empty means that there is none. `check` throws a `Refusal`. */
export function text(
  value: string,
  takes: string,
  told: Told,
  check: (text: string) => void = () => {},
): Option<string> {
  const read = (given: string): string => {
    if (given !== '') check(given)
    return given
  }
  return { default: value, takes, read, write: String, ...told }
}

/** Words separated by commas or spaces, as both occur in Cilium's ConfigMaps. `check` throws a `Refusal` about one. */
export function list(
  value: readonly string[],
  takes: string,
  told: Told,
  check: (word: string) => void = () => {},
): Option<readonly string[]> {
  const read = (given: string): readonly string[] => {
    const words = given.split(/[\s,]+/).filter((part) => part !== '')
    for (const part of words) check(part)
    return words
  }
  return { default: value, takes: `${takes},…`, read, write: (words) => words.join(','), ...told }
}
