import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const root = `${import.meta.dirname}/..`
const snippets = [...readFileSync(`${root}/README.md`, 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
  ([, code = '']) => code,
)

test('the README has snippets', () => {
  expect(snippets.length).toBe(3)
})

test.each(snippets.map((code, i) => [i + 1, code] as const))('snippet %d prints what stands behind it', (_, code) => {
  const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
  const run = spawnSync(process.execPath, ['--conditions=@skep/source', '--input-type=module-typescript', '-'], {
    input: code,
    cwd: root,
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  expect(expected.length).toBeGreaterThan(0)
  expect(run.stdout.trimEnd().split('\n')).toEqual(expected)
})
