import { nearest, Refusal } from '@skep/config-file'
import { catalogue, type Name, type Settings } from './catalogue/index.ts'
import { elsewhere } from './catalogue/elsewhere.ts'
import { contradictions } from './contradictions.ts'
import type { Given } from './gather.ts'
import type { Option } from './option.ts'
import { pointless } from './pointless.ts'

/** What the agent goes by, and how each value came about. */
export interface Resolved {
  readonly settings: Settings
  /** Where each value was given; without an entry it is the default. */
  readonly origins: ReadonlyMap<Name, string>
  /** Options that were given and do nothing, with the reason: Cilium's that are not ours, and ours that others take the ground from. */
  readonly ignored: readonly Ignored[]
}

export interface Ignored {
  readonly name: string
  readonly origin: string
  readonly reason: string
}

/** Options that were refused, all of them, one a line. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'
  readonly code = 'INVALID_OPTIONS'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

const options: Readonly<Record<string, Option<unknown>>> = catalogue
const names = [...Object.keys(options), ...elsewhere.keys()]

/** What an option says that stands without a value. What nobody knows needs none: that it is unknown is told later. */
export function bareOf(name: string): string | undefined {
  return names.includes(name) || name === 'config-dir' ? options[name]?.bare : ''
}

/**
 * Reads what was given: `sources` from the strongest to the weakest (flags, environment, folder). Pure. Throws
 * {@link OptionsError} with every unknown, wrong and contradictory option.
 */
export function resolve(sources: readonly (readonly Given[])[]): Resolved {
  const problems: string[] = []
  const chosen = strongest(sources, problems)
  const settings = Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]))
  for (const [name, given] of chosen) {
    const value = readOne(name, given, problems)
    if (value !== undefined) settings[name] = value
  }
  const resolved = {
    settings: settings as unknown as Settings,
    origins: new Map([...chosen].map(([name, { origin }]) => [name as Name, origin])),
    ignored: sources.flat().flatMap(ignoredOne),
  }
  if (problems.length === 0) problems.push(...contradictions(resolved))
  if (problems.length > 0) throw new OptionsError(problems)
  return { ...resolved, ignored: [...resolved.ignored, ...pointless(resolved)] }
}

/** Per option what the strongest source says. What one source says twice has to agree. */
function strongest(sources: readonly (readonly Given[])[], problems: string[]): Map<string, Given> {
  const chosen = new Map<string, Given>()
  for (const source of sources) {
    const here = new Map<string, Given>()
    for (const given of source) {
      const { name } = given
      if (!Object.hasOwn(options, name)) problems.push(...unknown(given))
      else if (here.has(name) && here.get(name)!.text !== given.text) problems.push(twice(here.get(name)!, given))
      else here.set(name, given)
    }
    for (const [name, given] of here) if (!chosen.has(name)) chosen.set(name, given)
  }
  return chosen
}

function unknown({ name, origin }: Given): string[] {
  if (elsewhere.has(name)) return []
  const near = nearest(name, names)
  return [
    `${origin}: ${name} is not an option; ${near ? `did you mean ${near}?` : 'skep-agent config --help lists them'}`,
  ]
}

function twice(one: Given, other: Given): string {
  const text = JSON.stringify
  return `${other.origin} says ${text(other.text)} and ${one.origin} says ${text(one.text)}, one after the other; keep one`
}

function readOne(name: string, given: Given, problems: string[]): unknown {
  try {
    return options[name]!.read(given.text)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    problems.push(`${given.origin}: ${error.message}`)
    return undefined
  }
}

function ignoredOne({ name, origin }: Given): Ignored[] {
  const reason = Object.hasOwn(options, name) ? undefined : elsewhere.get(name)
  return reason === undefined ? [] : [{ name, origin, reason }]
}
