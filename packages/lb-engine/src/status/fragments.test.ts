import { expect, test } from '@jest/globals'
import type { LbConfig } from '@skep/datapath/lb-xdp'
import { type FragmentMap, readFragments } from './fragments.ts'
import { fragmentGauge } from './gauges.ts'

const now = 2n ** 32n + 50n
const config = { timeoutFragment: 3000 } as LbConfig

/** Eight lines, of which the first are noted so many ticks ago. */
function table(...ages: number[]): FragmentMap {
  const words = new BigUint64Array(8 * 16)
  ages.forEach((age, line) => (words[16 * line] = (BigInt.asUintN(32, now - BigInt(age)) << 32n) | 0xabcn))
  const mmap = () => ({ buffer: words.buffer, elementSize: 128, close: () => {}, [Symbol.dispose]: () => {} })
  return { fragments: { mmap: mmap as never } }
}

test('packets count for as long as their fragments may follow, also where the ticks begin again', () => {
  expect(readFragments(table(0, 49, 51, 3000, 3001, 2 ** 30), config, now)).toEqual({ used: 4, size: 4 })
})

test('a line that was written after the clock was read counts', () => {
  expect(readFragments(table(-5), config, now).used).toBe(1)
})

test('an empty table is empty', () => {
  expect(readFragments(table(), config, now).used).toBe(0)
})

test('the gauge warns before there is no room', () => {
  expect(fragmentGauge({ used: 79, size: 100 }).warning).toBe(false)
  expect(fragmentGauge({ used: 80, size: 100 })).toMatchObject({
    warning: true,
    setting: 'spec.capacity.fragments',
  })
})
