import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { parseEvent } from './event.ts'
import { ItemSplitter } from './items.ts'
import { LineSplitter } from './lines.ts'

/** A text, cut at arbitrary bytes. */
function cut(text: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set(at.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b)
  return [0, ...places].map((place, i) => text.subarray(place, places[i] ?? text.length))
}

const cuts = fc.array(fc.nat(), { maxLength: 20 })
type Piece = ReturnType<LineSplitter['push']>[number]
const shown = (piece: Piece): string => ('bytes' in piece ? `${piece.bytes} bytes` : piece.toString())

describe('lines', () => {
  test('are the same wherever the stream is cut', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('\n', ' '))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), cuts, (lines, at) => {
        const splitter = new LineSplitter(1000)
        const text = Buffer.from(lines.map((one) => `${one}\n`).join(''))
        const found = cut(text, at).flatMap((chunk) => splitter.push(chunk).map(shown))
        expect(found).toEqual(lines.filter((one) => one !== ''))
        expect(splitter.held).toBe(0)
      }),
    )
  })

  test('that are too long are counted, never held, and spare the next', () => {
    const splitter = new LineSplitter(1000)
    const chunk = Buffer.alloc(1000, 'x')
    let most = 0
    for (let i = 0; i < 50_000; i++) {
      splitter.push(chunk)
      most = Math.max(most, splitter.held)
    }
    expect(most).toBeLessThanOrEqual(1000)
    expect(splitter.push(Buffer.from('\nnext\n')).map(shown)).toEqual(['50000000 bytes', 'next'])
  })

  test('any bytes: no crash, and no more held than allowed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
        const splitter = new LineSplitter(100)
        for (const chunk of chunks) {
          for (const line of splitter.push(Buffer.from(chunk))) if (!('bytes' in line)) parseEvent(line)
          expect(splitter.held).toBeLessThanOrEqual(100)
        }
      }),
    )
  })
})

describe('items of a list', () => {
  const json = fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as unknown)
  const item = fc.dictionary(fc.string(), json, { maxKeys: 5 })
  const object = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('items', 'metadata')), json, { maxKeys: 4 })

  test('are the same wherever the stream is cut, with whatever beside them', () => {
    fc.assert(
      fc.property(
        object,
        object,
        fc.array(item, { maxLength: 6 }),
        cuts,
        fc.boolean(),
        (first, last, items, at, pretty) => {
          const list = { ...first, metadata: { resourceVersion: '1', ...last }, items }
          const splitter = new ItemSplitter(100_000)
          const text = Buffer.from(JSON.stringify(list, undefined, pretty ? 2 : 0))
          const found = cut(text, at).flatMap((chunk) => splitter.push(chunk))
          expect(found.map((one) => JSON.parse(shown(one)) as unknown)).toEqual(JSON.parse(JSON.stringify(items)))
          expect(splitter.end()).toEqual({ ...(JSON.parse(JSON.stringify(list)) as object), items: [] })
          expect(splitter.held).toBeLessThanOrEqual(text.length)
        },
      ),
    )
  })

  test('that are too long are counted, never held, and spare the next', () => {
    const splitter = new ItemSplitter(1000)
    splitter.push(Buffer.from('{"items":[{"a":"'))
    const chunk = Buffer.alloc(1000, 'x')
    let most = 0
    for (let i = 0; i < 50_000; i++) {
      splitter.push(chunk)
      most = Math.max(most, splitter.held)
    }
    expect(most).toBeLessThan(2000)
    expect(splitter.push(Buffer.from('"},{"b":1}]}')).map(shown)).toEqual(['50000008 bytes', '{"b":1}'])
    expect(splitter.end()).toEqual({ items: [] })
  })

  test.each([
    ['', /JSON/],
    ['{"items":[{"a":1}', /JSON/],
    ['{"items":[1,2]}', undefined],
    ['[]', undefined],
    ['null', undefined],
    ['}', /closed/],
    ['{"items":[]}}', /closed/],
  ])('%j is read as what it is, or refused', (text, refused) => {
    const splitter = new ItemSplitter(1000)
    const read = (): unknown => {
      splitter.push(Buffer.from(text))
      return splitter.end()
    }
    if (refused) expect(read).toThrow(refused)
    else expect(read).not.toThrow()
  })

  test('any bytes: a SyntaxError at most, and no more held than allowed', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '"items"', '{"items":[')
        .map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const splitter = new ItemSplitter(100)
        try {
          for (const chunk of pieces) splitter.push(chunk)
          splitter.end()
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
        expect(splitter.held).toBeLessThanOrEqual(100 + 50 * 40)
      }),
    )
  })
})
