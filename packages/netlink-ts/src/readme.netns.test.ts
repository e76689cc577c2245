import { expect } from '@jest/globals'
import { needing, needs, ownName, readmeSnippets } from '@skep/testbed'
import { currentNamespace, deleteNamespace, listNamespaces } from './namespace/named.ts'

const { test } = needing(needs.root, needs.binary('ip'))

const root = `${import.meta.dirname}/..`
const snippets = readmeSnippets(`${root}/README.md`)

for (const [i, { code, prints }] of snippets.entries())
  test(`snippet ${i + 1} prints what stands behind it`, async () => {
    // A name that the snippet shares with other users of this machine.
    const name = ownName('nlts-readme')
    const input = code.replaceAll("'blue'", `'${name}'`)
    using here = currentNamespace()
    const args = ['--conditions=@skep/source', '--input-type=module-typescript', '-']
    const { stdout, stderr } = await here.exec(process.execPath, args, { input, cwd: root })
    if (listNamespaces().includes(name)) deleteNamespace(name)
    expect(stderr).toBe('')
    expect(stdout.trimEnd().split('\n')).toEqual(prints)
    expect(prints.length).toBeGreaterThan(0)
  })

test('the README has snippets', () => {
  expect(snippets.length).toBeGreaterThan(5)
})
