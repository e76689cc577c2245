import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { Command } from 'commander'
import { formatPlan } from '../plan/format.ts'
import { planInstall } from '../plan/plan.ts'
import { program } from './program.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const blocks = [...readme.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language, text]) => ({
  language,
  text: text!,
}))

/** The commands in blocks for a shell, without their comments. */
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.replace(/#.*| \|.*/, '').trim())
  .filter((line) => line.startsWith('skep-lb ') && line !== 'skep-lb --help')

/** What the command line makes of it, without doing it. */
function parsed(line: string): string[] {
  const words = line.split(/\s+/).slice(1)
  const root = program('0.0.0')
  const done: string[] = []
  for (const command of leaves(root)) {
    command.exitOverride().configureOutput({ writeErr: () => {} })
    command.action(() => void done.push(command.name()))
  }
  root.parse(words, { from: 'user' })
  return done
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
}

test.each(commands)('%s is understood', (line) => {
  expect(parsed(line)).toHaveLength(1)
})

test('plan prints what the README says', () => {
  const printed = formatPlan(planInstall({ services: 1000, backends: 20_000, connections: 262_144 }, 4), 'table').split(
    '\n',
  )
  const shown = blocks
    .find(({ text }) => text.startsWith('MAP '))!
    .text.trimEnd()
    .split('\n')
  for (const line of shown.filter((one) => one !== '…')) expect(printed).toContain(line)
})
