import { expect, test } from '@jest/globals'
import { readmeSnippets } from '@skep/testbed'
import { currentNamespace } from 'netlink-ts'

const root = `${import.meta.dirname}/..`
const snippets = readmeSnippets(`${root}/README.md`)

test('the README has snippets', () => {
  expect(snippets.length).toBe(3)
})

for (const [i, { code, prints }] of snippets.entries())
  test(`snippet ${i + 1} prints what stands behind it`, async () => {
    using here = currentNamespace()
    const args = ['--conditions=@skep/source', '--input-type=module-typescript', '-']
    const { stdout, stderr } = await here.exec(process.execPath, args, { input: code, cwd: root })
    expect(stderr).toBe('')
    expect(stdout.trimEnd().split('\n')).toEqual(prints)
    expect(prints.length).toBeGreaterThan(0)
  })
