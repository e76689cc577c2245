import type { Argument, Command, Option } from 'commander'

/** A word that may stand at the cursor. */
export interface Candidate {
  readonly value: string
  readonly description: string
}

/** Names that only the instance knows, by what the command line calls them: `service`, `backend`, … */
export type Names = (kind: string, said: Said) => readonly string[]

/** What has been typed so far: options by their name, arguments by theirs. */
export type Said = ReadonlyMap<string, string>

/** What a walk along the words came to. */
interface Place {
  readonly command: Command
  /** The option whose value comes next. */
  readonly option: Option | undefined
  /** Arguments before the cursor. */
  readonly position: number
  readonly said: Said
}

/** What may stand in place of the last word, after those before it. Pure but for `names`. */
export function complete(root: Command, words: readonly string[], names: Names): Candidate[] {
  const current = words.at(-1) ?? ''
  const place = walk(root, words.slice(0, -1))
  const [flag = '', value] = splitOption(current)
  const joined = value === undefined ? undefined : findOption(place.command, flag)
  const all = joined
    ? values(joined, place, names).map((one) => ({ ...one, value: `${flag}=${one.value}` }))
    : candidates(place, current, names)
  return all.filter((one) => one.value.startsWith(current))
}

function candidates(place: Place, current: string, names: Names): Candidate[] {
  const { command, option, position } = place
  if (option) return values(option, place, names)
  if (current.startsWith('-')) return options(command)
  const argument = command.registeredArguments[position] ?? command.registeredArguments.findLast((one) => one.variadic)
  return [...(position === 0 ? subcommands(command) : []), ...(argument ? values(argument, place, names) : [])]
}

function walk(root: Command, words: readonly string[]): Place {
  const said = new Map<string, string>()
  let place: Place = { command: root, option: undefined, position: 0, said }
  for (const word of words) place = step(place, word, said)
  return place
}

function step(place: Place, word: string, said: Map<string, string>): Place {
  const { command, option, position } = place
  if (option) {
    said.set(option.name(), word)
    return { ...place, option: undefined }
  }
  if (word.startsWith('-')) {
    const [flag = '', value] = splitOption(word)
    const found = findOption(command, flag)
    if (found && value !== undefined) said.set(found.name(), value)
    return { ...place, option: found?.required === true && value === undefined ? found : undefined }
  }
  const sub = command.commands.find((one) => one.name() === word)
  if (sub) return { ...place, command: sub, position: 0 }
  const argument = command.registeredArguments[position]
  if (argument) said.set(argument.name(), word)
  return { ...place, position: position + 1 }
}

function splitOption(word: string): readonly string[] {
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(word) ?? []
  return flag === undefined ? [word] : [flag, value ?? '']
}

function findOption(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag)
}

function options(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long ? [{ value: long, description }] : []))
}

function subcommands(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), description: one.description() }))
}

function values(target: Option | Argument, { said }: Place, names: Names): Candidate[] {
  const found = target.argChoices ?? names(kindOf(target), said)
  return found.map((value) => ({ value, description: '' }))
}

/** `service` of `--service <service>` and of `<service>`. */
function kindOf(target: Option | Argument): string {
  const [, kind = ''] = ('flags' in target ? /[<[]([^>\].,…]+)/.exec(target.flags) : null) ?? []
  return 'flags' in target ? kind : target.name()
}
