import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { readmeSnippets } from '@skep/testbed'

const root = `${import.meta.dirname}/..`
const snippets = readmeSnippets(`${root}/README.md`)

test('the README has snippets', () => {
  expect(snippets.length).toBeGreaterThan(3)
})

test.each(snippets.map((snippet, i) => ({ ...snippet, number: i + 1 })))(
  'snippet $number prints what stands behind it',
  ({ code, prints }) => {
    const run = spawnSync(process.execPath, ['--conditions=@skep/source', '--input-type=module-typescript', '-'], {
      input: code,
      cwd: root,
      encoding: 'utf8',
    })
    expect(run.stderr).toBe('')
    expect(prints.length).toBeGreaterThan(0)
    expect(run.stdout.trimEnd().split('\n')).toEqual(prints)
  },
)
