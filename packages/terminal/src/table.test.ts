import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { table } from './table.ts'

test('columns are as wide as their widest cell; numbers stand to the right, addresses do not', () => {
  const rows = [
    ['web', '10.0.0.1:80', '5', '1.2 s'],
    ['mail-in', '10.0.0.20:25', '1500', '10 s'],
    ['x', '', '7'],
  ]
  expect(table(rows)).toEqual([
    'web      10.0.0.1:80      5  1.2 s',
    'mail-in  10.0.0.20:25  1500   10 s',
    'x                         7',
  ])
})

test('or what stands to the left is counted', () => {
  expect(
    table(
      [
        ['case', 'ns'],
        ['drop', '1.5'],
        ['forward', '120'],
      ],
      { left: 1 },
    ),
  ).toEqual(['case      ns', 'drop     1.5', 'forward  120'])
})

test('nothing is nothing', () => {
  expect(table([])).toEqual([])
})

test('each row is a line, in which its cells stand in order and which ends in no space', () => {
  const cell = fc.string({ maxLength: 8 }).map((text) => text.replaceAll(/\s/g, '-'))
  fc.assert(
    fc.property(fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 6 }), (rows) => {
      const lines = table(rows)
      expect(lines).toHaveLength(rows.length)
      for (const [i, line] of lines.entries()) {
        expect(line.split(/ +/).filter(Boolean)).toEqual(rows[i]!.filter(Boolean))
        expect(line).toBe(line.trimEnd())
      }
    }),
  )
})
