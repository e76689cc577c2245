import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { blocksOf, commandLines, understood } from '../../test/command-lines.ts'
import { formatPlan } from '../plan/format.ts'
import { planInstall } from '../plan/plan.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const blocks = blocksOf(readme)

test.each(commandLines(blocks))('%s is understood', (line) => {
  expect(understood(line)).toHaveLength(1)
})

test('plan prints what the README says', () => {
  const printed = formatPlan(
    planInstall(
      {
        services: 1000,
        backends: 20_000,
        connections: 262_144,
        records: 262_144,
        sourceRanges: 1024,
        rateLimitedClients: 65_536,
      },
      4,
    ),
    'table',
  ).split('\n')
  const shown = blocks
    .find(({ text }) => text.startsWith('MAP '))!
    .text.trimEnd()
    .split('\n')
  for (const line of shown.filter((one) => one !== '…')) expect(printed).toContain(line)
})
