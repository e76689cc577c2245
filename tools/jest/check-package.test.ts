import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const PROGRAM = join(import.meta.dirname, 'check-package.ts')

function check(...args: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ['--conditions=@skep/source', PROGRAM, ...args], {
    encoding: 'utf8',
  })
  return { status, stderr }
}

test('a package with tests is accepted silently', () => {
  expect(check('datapath')).toEqual({ status: 0, stderr: '' })
})

test('another is refused in one line that lists those there are, each once', () => {
  const { status, stderr } = check('nope')
  expect(status).toBe(2)
  expect(stderr).toMatch(/^test: PACKAGE=nope: no such package; there are .*\bdatapath, .*\n$/)
  expect(stderr.match(/\bdatapath\b/g)).toHaveLength(1)
})
