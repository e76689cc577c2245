import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { runCommandLine } from './run-command-line.ts'

let said: string[]

beforeEach(() => {
  said = []
  jest.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line))
})

afterEach(() => {
  jest.restoreAllMocks()
  process.exitCode = undefined
})

const failing = (error: unknown) => ({ parseAsync: () => Promise.reject(error) })

test('an error with a code is one line; another is a bug, with its stack', async () => {
  await runCommandLine(failing(Object.assign(new Error('no such device'), { code: 'NOT_FOUND' })))
  expect([said, process.exitCode]).toEqual([['no such device'], 1])
  await runCommandLine(failing(new Error('never')))
  expect(said[1]).toMatch(/Error: never\n +at /)
})

test('what somebody knows of an error comes first', async () => {
  const explainer = () => Promise.resolve((error: Error) => (error.name === 'TypeError' ? 'a type' : undefined))
  await runCommandLine(failing(new TypeError('x')), explainer)
  await runCommandLine(failing(Object.assign(new Error('y'), { code: 'Y' })), explainer)
  expect(said).toEqual(['a type', 'y'])
})
