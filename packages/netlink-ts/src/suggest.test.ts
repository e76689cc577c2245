import { expect, test } from '@jest/globals'
import { nearest } from './suggest.ts'

const options = ['mtu', 'address', 'name', 'txQueueLength']

test.each([
  ['adress', 'address'],
  ['nmae', 'name'],
  ['Name', 'name'],
  ['txqueuelen', 'txQueueLength'],
  ['gateway', undefined],
  ['', undefined],
])('%j means %j', (word, meant) => {
  expect(nearest(word, options)).toBe(meant)
})

test('what is no text means nothing', () => {
  expect(nearest(7, options)).toBeUndefined()
})
