import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { catalogue } from './catalogue/index.ts'
import type { Option } from './option.ts'

const all = Object.entries<Option<unknown>>(catalogue as never)

test.each(all)('the default of %s is what it says when it is written', (_, option) => {
  expect(option.read(option.write(option.default))).toEqual(option.default)
})

test('any text is read, or is refused with what would be right', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.constantFrom('1', 'true', '10.0.0.0/8', '30000,32767', '1m30s', 'tcp udp', '/a', ':80'),
  )
  fc.assert(
    fc.property(fc.constantFrom(...all), texts, ([, option], text) => {
      try {
        expect(option.read(option.write(option.read(text)))).toEqual(option.read(text))
      } catch (error) {
        expect((error as Error).message).toMatch(/write|did you mean|known are|begin it with/)
      }
    }),
    { numRuns: 2000 },
  )
})
