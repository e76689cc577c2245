import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { nodeTooOld, OLDEST_NODE } from './node-version.ts'

test.each(['20.20.2', '24.14.9', '23.99.0'])('%s is too old', (version) => {
  expect(nodeTooOld(version)).toBe(
    `this is Node.js ${version}, which is too old: install 24.15 or newer, and have it first in the PATH`,
  )
})

test.each(['24.15.0', '24.16.1', '26.0.0', '100.1.0-nightly'])('%s is not', (version) => {
  expect(nodeTooOld(version)).toBeUndefined()
})

test('the oldest is what the packages ask for', () => {
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
    readonly engines: Readonly<Record<string, string>>
  }
  expect(engines).toEqual({ node: `>=${OLDEST_NODE}` })
})
