import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { bundles } from './bundles.ts'

test('a program in one file does what it does in many, from its own place, and finds what lies beside its modules', async () => {
  const root = mkdtempSync(join(tmpdir(), 'skep-bundles-'))
  using stack = new DisposableStack()
  stack.defer(() => rmSync(root, { recursive: true }))
  write(root, 'apps/a/src/main.ts', `import { text } from './part/part.ts'\nconsole.log(text)\n`)
  write(root, 'apps/a/src/part/part.ts', PART)
  write(root, 'apps/a/src/part/text', 'from beside')
  const started = (): string =>
    execFileSync(process.execPath, [join(root, 'apps/a/src/main.ts')], { encoding: 'utf8' }).trim()
  expect(started()).toBe('from beside')
  // Two kernels at a time.
  const [files] = await Promise.all([bundles(root), bundles(root)])
  expect(files.map(({ path }) => path).toSorted()).toEqual(['apps/a/src/main.bundle.mjs', 'apps/a/src/main.ts'])
  rmSync(join(root, 'apps/a/src/part/part.ts'))
  for (const { path, data } of files) write(root, path, data)
  expect(started()).toBe('from beside')
})

const PART = `import { readFileSync } from 'node:fs'
export const text: string = readFileSync(new URL('./text', import.meta.url), 'utf8')
`

function write(root: string, path: string, data: string | Uint8Array): void {
  const whole = join(root, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, data)
}
