import { Refusal, show, suggest, wrong } from '@skep/config-file'
import type { Option } from './option.ts'

type Told = Pick<Option<never>, 'about' | 'alias'>

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

/** One of the numbers. */
export function oneOf(value: number, numbers: readonly number[], told: Told): Option<number> {
  const read = (text: string): number => {
    const found = numbers.find((candidate) => String(candidate) === text)
    if (found !== undefined) return found
    throw new Refusal(wrong(text, 'one of the numbers', `write ${numbers.join(', ')}`))
  }
  return { default: value, takes: 'number', read, write: String, ...told }
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

const UNITS = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
} as const
type Unit = keyof typeof UNITS

/** A span of time as Go's time.ParseDuration reads it (`1m30s`), in ms. */
export function duration(value: number, told: Told): Option<number> {
  return { default: value, takes: 'duration', read: readDuration, write: writeDuration, ...told }
}

function readDuration(text: string): number {
  if (text === '0') return 0
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new Refusal(wrong(text, 'a span of time', 'write a number and a unit, like 500ms, 30s, 1m30s'))
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit as Unit], 0)
}

function writeDuration(ms: number): string {
  if (ms === 0) return '0s'
  const unit = (['h', 'm', 's', 'ms'] as const).find((candidate) => ms % UNITS[candidate] === 0) ?? 'us'
  return `${ms / UNITS[unit]}${unit}`
}
