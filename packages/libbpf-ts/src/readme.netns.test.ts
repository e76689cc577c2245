import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { ownName, readmeSnippets } from '@skep/testbed'
import { describeWith } from './testing/needs.ts'
import { pair } from './testing/pair.ts'

const file = new URL('../README.md', import.meta.url)
const readme = readFileSync(file, 'utf8')
const snippets = readmeSnippets(file)
const cwd = fileURLToPath(new URL('../test-objects', import.meta.url))

test('the README has snippets', () => {
  expect(snippets.length).toBeGreaterThan(8)
})

describeWith(['root', 'xdpTestContext', 'tcx'], 'the README', () => {
  test('each snippet prints what stands behind it', async () => {
    await using net = await pair()
    using cleanup = new DisposableStack()
    // A folder that the snippets share with other users of this machine.
    const folder = `/sys/fs/bpf/${ownName('libbpf-ts-readme')}`
    cleanup.defer(() => rmSync(folder, { recursive: true, force: true }))
    for (const { code, prints } of snippets) {
      const args = ['--conditions=@skep/source', '--input-type=module-typescript', '-']
      const { stdout, stderr } = await net.near.attempt(process.execPath, args, {
        input: code.replaceAll('/sys/fs/bpf/readme', folder),
        cwd,
      })
      expect(stderr).toBe('')
      expect(stdout.trimEnd().split('\n')).toEqual(prints)
      expect(prints.length).toBeGreaterThan(0)
    }
  }, 60_000)

  test('shows C that is in the object', () => {
    const source = readFileSync(`${cwd}/packets.bpf.c`, 'utf8').replaceAll(/\s+/g, ' ')
    const [shown = ''] = readme.match(/```c\n.*?```/s) ?? []
    const parts = shown.replaceAll(/```c?/g, '').split('\n\n')
    for (const part of parts)
      expect(source).toContain(
        part
          .replace(/\{ … \}/, '')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      )
  })
})
