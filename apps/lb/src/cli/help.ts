import type { Command } from 'commander'

/** What a command's exit code says. 0 and 1 are the same everywhere. */
export type ExitCodes = Readonly<Record<number, string>>

const everywhere: ExitCodes = { 0: 'done', 1: 'it failed, and says why' }

/** The code of a command that found no such instance in the kernel. */
export const NOT_INSTALLED = 3
export const notInstalled: ExitCodes = { [NOT_INSTALLED]: 'the instance is not installed' }

/** Ends a command's help with examples and its exit codes. */
export function documented(command: Command, examples: readonly string[], codes: ExitCodes = {}): Command {
  const exits = Object.entries({ ...everywhere, ...codes }).map(([code, text]) => `  ${code}  ${text}`)
  const lines = [examples.length === 1 ? 'Example:' : 'Examples:', ...examples.map((line) => `  ${line}`)]
  return command.addHelpText('after', ['', ...lines, '', 'Exit codes:', ...exits].join('\n'))
}
