import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { isLocked, LockedError, lockFolder } from './lock.ts'

const module = new URL('lock.ts', import.meta.url).href
let folder: string

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'skep-lb-lock-')), 'instance')
})

afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

test('one holder at a time; who leaves its scope gives it up', () => {
  expect(isLocked(folder)).toBe(false)
  {
    using _lock = lockFolder(folder)
    expect(isLocked(folder)).toBe(true)
    expect(() => lockFolder(folder)).toThrow(LockedError)
  }
  expect(isLocked(folder)).toBe(false)
  using again = lockFolder(folder)
  expect(again.folder).toBe(folder)
})

test('a holder that is killed gives it up', async () => {
  const script = `const { lockFolder } = await import(${JSON.stringify(module)})
    globalThis.lock = lockFolder(${JSON.stringify(folder)})
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--conditions=@skep/source', '--input-type=module', '-e', script])
  await once(child.stdout, 'data')
  expect(isLocked(folder)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  using lock = lockFolder(folder)
  expect(lock.folder).toBe(folder)
})

test('a folder that was removed under the lock is made and locked anew', () => {
  using _old = lockFolder(folder)
  rmSync(folder, { recursive: true })
  using _new = lockFolder(folder)
  expect(isLocked(folder)).toBe(true)
})
