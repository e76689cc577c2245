import { expect, test } from '@jest/globals'
import { matches, matchesAny, type Selector } from './selector.ts'

const labels = { zone: 'a', rack: '7' }

test.each<[Selector, boolean]>([
  [{}, true],
  [{ matchLabels: { zone: 'a' } }, true],
  [{ matchLabels: { zone: 'a', rack: '8' } }, false],
  [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }, true],
  [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, false],
  [{ matchExpressions: [{ key: 'gpu', operator: 'NotIn', values: ['a'] }] }, true],
  [{ matchExpressions: [{ key: 'gpu', operator: 'In', values: ['a'] }] }, false],
  [{ matchExpressions: [{ key: 'rack', operator: 'Exists' }] }, true],
  [{ matchExpressions: [{ key: 'rack', operator: 'DoesNotExist' }] }, false],
  [{ matchExpressions: [{ key: 'toString', operator: 'Exists' }] }, false],
  [{ matchLabels: { zone: 'a' }, matchExpressions: [{ key: 'rack', operator: 'In', values: ['8'] }] }, false],
])('%j: %s', (selector, right) => {
  expect(matches(selector, labels)).toBe(right)
})

test('no selectors match everything; of several one suffices', () => {
  expect([matchesAny(undefined, labels), matchesAny([], labels)]).toEqual([true, true])
  expect(matchesAny([{ matchLabels: { zone: 'b' } }, { matchLabels: { rack: '7' } }], labels)).toBe(true)
})
