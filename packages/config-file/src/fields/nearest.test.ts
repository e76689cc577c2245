import { expect, test } from '@jest/globals'
import { nearest, suggest } from './nearest.ts'

const keys = ['address', 'port', 'protocol', 'weight']

test.each([
  ['wieght', 'weight'],
  ['adress', 'address'],
  ['Port', 'port'],
  ['proto_col', 'protocol'],
  ['colour', undefined],
])('%s is near %s', (word, found) => {
  expect(nearest(word, keys)).toBe(found)
})

test('where nothing is near, all are named', () => {
  expect(suggest('colour', keys)).toBe('known are: address, port, protocol, weight')
})
