import { expect, test } from '@jest/globals'
import { type Flow, makeLoad } from './load.ts'

const packet = new Uint8Array(60)
const flow = (i: number): Flow => [0x0a000000 + i, 30_000 + i, 80]

function flowsOf(count: number, seed = 1): number[] {
  const { flows } = makeLoad(packet, count, flow, seed)
  const view = new DataView(flows.buffer)
  return Array.from({ length: count }, (_, i) => view.getUint32(8 * i) - 0x0a000000)
}

test('every flow is there once, and not in order', () => {
  const flows = flowsOf(1024)
  expect(flows.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1024 }, (_, i) => i))
  const steps = flows.slice(1).filter((number, i) => number === flows[i]! + 1)
  expect(steps.length).toBeLessThan(10)
})

test('another seed is another order', () => {
  expect(flowsOf(1024, 2)).not.toEqual(flowsOf(1024, 1))
  expect(flowsOf(1024, 1)).toEqual(flowsOf(1024, 1))
})

test('a flow is as the wrapper reads it', () => {
  expect([...makeLoad(packet, 1, () => [0x0a400001, 40_000, 80]).flows]).toEqual([10, 64, 0, 1, 0x9c, 0x40, 0, 80])
})

test('another number of flows than a power of two is refused', () => {
  expect(() => makeLoad(packet, 1000, flow)).toThrow('1000')
})
