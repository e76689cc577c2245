import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { RememberedDrains } from './remembered.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-agent-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('what drains is known to the next agent', () => {
  const drains = new RememberedDrains(folder)
  expect(drains.read()).toEqual([])
  drains.write([{ backend: 'TCP 10.0.0.1:80', since: 12, services: new Map() }])
  expect(new RememberedDrains(folder).read()).toEqual([['TCP 10.0.0.1:80', 12]])
  drains.write([])
  expect(new RememberedDrains(folder).read()).toEqual([])
})

test.each(['', '{', '7', '[[1,2],["TCP 10.0.0.1:80","x"]]'])('a file that holds %j is as none', (text) => {
  writeFileSync(join(folder, 'drains.json'), text)
  expect(new RememberedDrains(folder).read()).toEqual([])
})
