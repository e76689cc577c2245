import { expect, test } from '@jest/globals'
import { jsonDocument, textTable } from './document.ts'

const ours = { name: 'snat/v4/tcp-syn', ownNs: 30, rawNs: 70, xDrop: 2 }
const peer = { name: 'katran/v4/tcp-syn', ownNs: 120, rawNs: 160, xDrop: 5 }
const drop = { name: 'xdp-drop', ownNs: 0, rawNs: 25, xDrop: 1 }

test('JSON has cases, floors by name, and ratios', () => {
  expect(JSON.parse(jsonDocument({ cases: [ours, peer], floors: [drop] }))).toEqual({
    cases: [ours, peer],
    floors: { 'xdp-drop': { ownNs: 0, rawNs: 25, xDrop: 1 } },
    ratios: { 'snat/v4/tcp-syn': 0.25 },
  })
})

test('JSON without peer or floors has neither', () => {
  expect(JSON.parse(jsonDocument({ cases: [ours], floors: [] }))).toEqual({ cases: [ours] })
})

test('the table has the floors first, and the ratio beside its case', () => {
  expect(textTable({ cases: [ours, peer], floors: [drop] }).split('\n')).toEqual([
    'name               ownNs  rawNs  xDrop  toPeer',
    'floor/xdp-drop         0     25      1',
    'snat/v4/tcp-syn       30     70      2  0.2500',
    'katran/v4/tcp-syn    120    160      5',
  ])
})
