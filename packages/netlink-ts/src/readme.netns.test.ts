import { readFileSync } from 'node:fs'
import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { currentNamespace, deleteNamespace, listNamespaces } from './namespace/named.ts'

const { test } = needing(needs.root, needs.binary('ip'))

const root = `${import.meta.dirname}/..`
const readme = readFileSync(`${root}/README.md`, 'utf8')
const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)

for (const [i, code] of snippets.entries())
  test(`snippet ${i + 1} prints what stands behind it`, async () => {
    const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
    // A name that the snippet shares with other users of this machine.
    const name = `nlts-readme-${process.pid}`
    const input = code.replaceAll("'blue'", `'${name}'`)
    using here = currentNamespace()
    const args = ['--conditions=@skep/source', '--input-type=module-typescript', '-']
    const { stdout, stderr } = await here.exec(process.execPath, args, { input, cwd: root })
    if (listNamespaces().includes(name)) deleteNamespace(name)
    expect(stderr).toBe('')
    expect(stdout.trimEnd().split('\n')).toEqual(expected)
    expect(expected.length).toBeGreaterThan(0)
  })

test('the README has snippets', () => {
  expect(snippets.length).toBeGreaterThan(5)
})
