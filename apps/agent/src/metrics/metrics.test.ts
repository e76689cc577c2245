import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { metrics } from './metrics.ts'

test('the README has each metric, with what it says', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const rows = readme.matchAll(/^\| `(skep_agent_\w+)` \| (.*) \|$/gm)
  expect(Array.from(rows, ([, name, says]) => [name, says])).toEqual([...metrics])
})
