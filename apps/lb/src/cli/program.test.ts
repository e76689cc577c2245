import { expect, test } from '@jest/globals'
import type { Command } from 'commander'
import { program } from './program.ts'

/** Every command that is shown, with what its help prints. */
function helps(command: Command, path: string): [string, string][] {
  let text = ''
  command.configureOutput({ writeOut: (part) => void (text += part) })
  command.outputHelp()
  const shown = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help')
  return [[path, text], ...shown.flatMap((one) => helps(one, `${path} ${one.name()}`))]
}

test.each(helps(program('0.0.0'), 'skep-lb'))('%s --help has an example and its exit codes', (path, text) => {
  expect(text).toMatch(path === 'skep-lb' ? /First steps/ : /^Examples?:\n {2}(source <\()?skep-lb /m)
  expect(text).toMatch(/^Exit codes:\n {2}0 {2}\S/m)
})
