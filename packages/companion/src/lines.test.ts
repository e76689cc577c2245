import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { LineReader } from './lines.ts'

test('lines are the same however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.integer({ min: 1, max: 20 })), (texts, cuts) => {
      const lines = texts.map((text) => text.replaceAll('\n', ' '))
      let bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      const reader = new LineReader()
      const read: string[] = []
      for (const cut of [...cuts, bytes.length]) {
        read.push(...reader.push(bytes.subarray(0, cut))!)
        bytes = bytes.subarray(cut)
      }
      expect(read).toEqual(lines.map((line) => Buffer.from(line).toString()))
    }),
  )
})

test('a line without end is not kept', () => {
  const reader = new LineReader(10)
  expect(reader.push(Buffer.from('12345'))).toEqual([])
  expect(reader.push(Buffer.from('678901'))).toBeUndefined()
})
