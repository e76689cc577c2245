import { table } from '@skep/terminal'
import { catalogue, type Name } from './catalogue/index.ts'
import type { Option } from './option.ts'
import type { Ignored, Resolved } from './resolve.ts'

/** An option as `skep-agent config --json` shows it. */
export interface ShownOption {
  readonly name: string
  /** As it would be written. */
  readonly value: string
  readonly default: string
  /** Where it was given; `default` where it was not. */
  readonly from: string
}

export interface ConfigDocument {
  readonly options: readonly ShownOption[]
  readonly ignored: readonly Ignored[]
}

export function configDocument({ settings, origins, ignored }: Resolved): ConfigDocument {
  const names = Object.keys(catalogue).toSorted() as Name[]
  const options = names.map((name) => {
    const { write, default: initial } = catalogue[name] as Option<unknown>
    return { name, value: write(settings[name]), default: write(initial), from: origins.get(name) ?? 'default' }
  })
  return { options, ignored }
}

/** What is not the default stands first. */
export function configTable(resolved: Resolved): string[] {
  const { options, ignored } = configDocument(resolved)
  const rows = options
    .toSorted((a, b) => Number(a.from === 'default') - Number(b.from === 'default'))
    .map(({ name, value, from }) => [name, value === '' ? '-' : value, from])
  return [
    ...table([['OPTION', 'VALUE', 'FROM'], ...rows], { left: 3 }),
    ...ignored.map(({ name, origin, reason }) => `ignored: ${name} (${origin}): ${reason}`),
  ]
}
