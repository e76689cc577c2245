import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { replaceFile } from './replace.ts'
import { deciding, FileWatch } from './watch.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-watch-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const below = (paths: ReadonlySet<string>) =>
  [...paths].filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length))

test('what decides a path: the folder of each link on the way, and of the file', () => {
  mkdirSync(join(folder, 'a/..1'), { recursive: true })
  writeFileSync(join(folder, 'a/..1/lb.yaml'), '')
  symlinkSync('..1', join(folder, 'a/..data'))
  symlinkSync('..data/lb.yaml', join(folder, 'a/lb.yaml'))
  symlinkSync(join(folder, 'a/lb.yaml'), join(folder, 'lb.yaml'))
  expect(below(deciding(join(folder, 'a/..1/lb.yaml')))).toEqual(['/a/..1'])
  expect(below(deciding(join(folder, 'a/lb.yaml')))).toEqual(['/a', '/a/..1'])
  expect(below(deciding(join(folder, 'lb.yaml')))).toEqual(['', '/a', '/a/..1'])
})

test('a link in a circle, and a path that is not there, are no trouble', () => {
  symlinkSync('b', join(folder, 'a'))
  symlinkSync('a', join(folder, 'b'))
  expect(below(deciding(join(folder, 'a')))).toEqual([''])
  expect(below(deciding(join(folder, 'no/such/file')))).toEqual([''])
})

test('events that come together are one change; a replaced folder is watched again', async () => {
  const file = join(folder, 'one/lb.yaml')
  mkdirSync(join(folder, 'one'))
  writeFileSync(file, '1')
  symlinkSync('one', join(folder, 'current'))
  let changes = 0
  let wake = () => {}
  const changed = () => new Promise<void>((resolve) => (wake = resolve))
  const onError = (message: string) => {
    throw new Error(message)
  }
  const onChange = () => {
    changes++
    wake()
  }
  using _watch = new FileWatch(join(folder, 'current/lb.yaml'), { onChange, onError })
  let next = changed()
  for (const text of ['2', '3', '4']) writeFileSync(file, text)
  await next
  expect(changes).toBe(1)
  next = changed()
  mkdirSync(join(folder, 'two'))
  writeFileSync(join(folder, 'two/lb.yaml'), '5')
  symlinkSync('two', join(folder, 'next'))
  renameSync(join(folder, 'next'), join(folder, 'current'))
  await next
  next = changed()
  replaceFile(join(folder, 'current/lb.yaml'), '6')
  await next
})

test('a file is replaced where its links lead, with its mode', () => {
  const [file, link] = [join(folder, 'lb.yaml'), join(folder, 'link')]
  writeFileSync(file, 'old', { mode: 0o640 })
  symlinkSync('lb.yaml', link)
  replaceFile(link, 'new')
  expect([readFileSync(file, 'utf8'), lstatSync(link).isSymbolicLink(), statSync(file).mode & 0o777]).toEqual([
    'new',
    true,
    0o640,
  ])
})
