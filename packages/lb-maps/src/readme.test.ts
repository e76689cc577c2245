import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'

const root = `${import.meta.dirname}/..`
const snippets = [...readFileSync(`${root}/README.md`, 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
  ([, code = '']) => code,
)
const needsKernel = (code: string): boolean => code.includes('loadLbXdp')

/** Runs a snippet; what it prints must be what it says beside each console.log. */
function run(code: string): void {
  const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@skep/source', '--input-type=module-typescript', '-'],
    {
      input: code,
      cwd: root,
      encoding: 'utf8',
    },
  )
  expect(stderr).toBe('')
  expect(expected.length).toBeGreaterThan(0)
  expect(stdout.trimEnd().split('\n')).toEqual(expected)
}

test('the README has snippets, with and without a kernel', () => {
  expect(snippets.map(needsKernel)).toEqual([false, false, false, true, false])
})

test.each(snippets.filter((code) => !needsKernel(code)))('README: %#', run)

needing(needs.root, needs.bpf).describe('README, on the kernel’s maps', () => {
  test.each(snippets.filter(needsKernel))('%#', run)
})
