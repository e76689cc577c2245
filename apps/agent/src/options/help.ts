import { table } from '@skep/terminal'
import { catalogue } from './catalogue/index.ts'
import type { Option } from './option.ts'

/** All options, a line each: what it takes, what it does, what it is without being given. */
export function optionsHelp(): string[] {
  const all = Object.entries<Option<unknown>>(catalogue as never).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const rows = all.map(([name, option]) => [`  --${name}=${option.takes}`, `${option.about}${initial(option)}`])
  return [
    'Options of the agent, in Cilium’s spelling; also as environment variables (CILIUM_ENABLE_MKE) and as files:',
    ...table([['  --config-dir=path', 'a folder with a file for each option, like a mounted ConfigMap'], ...rows], {
      left: 2,
    }),
  ]
}

function initial<T>({ write, default: value }: Option<T>): string {
  const text = write(value)
  return text === '' ? '' : ` (${text})`
}
