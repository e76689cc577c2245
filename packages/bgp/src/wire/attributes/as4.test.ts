import { expect, test } from '@jest/globals'
import { decodeAttributes } from './decode.ts'

/** A session of two octets: 23456 stands for what they cannot hold. */
const old = { as4: false, external: true }

function decode(...parts: readonly string[]) {
  return decodeAttributes(Buffer.from(parts.join('').replaceAll(' ', ''), 'hex'), old).attributes
}

const sequence = (...asns: readonly number[]): unknown => [{ kind: 'sequence', asns }]
const path = '4002 08 02 03 fde8 5ba0 5ba0'
const wide = 'c011 0a 02 02 fa56ea01 fa56ea02'

test('AS4_PATH tells what the end of AS_PATH could not', () => {
  expect(decode(path, wide).asPath).toEqual(sequence(65000, 4200000001, 4200000002))
})

test('an AS4_PATH that is longer than AS_PATH was left behind by somebody, and does not count', () => {
  expect(decode('4002 04 02 01 5ba0', wide).asPath).toEqual(sequence(23456))
})

test('confederations of AS_PATH stay, those of AS4_PATH do not count', () => {
  expect(decode('4002 0a 03 01 fc00 02 02 5ba0 5ba0', wide).asPath).toEqual([
    { kind: 'confed-sequence', asns: [64512] },
    { kind: 'sequence', asns: [4200000001, 4200000002] },
  ])
  expect(decode(path, 'c011 10 03 01 0000fc00 02 02 fa56ea01 fa56ea02').asPath).toEqual(
    sequence(65000, 4200000001, 4200000002),
  )
})

test('AS4_AGGREGATOR counts where AGGREGATOR says that there is one; else nothing of four octets does', () => {
  const aggregator4 = 'c012 08 fa56ea01 0a000001'
  expect(decode(path, 'c007 06 5ba0 0a000001', wide, aggregator4)).toMatchObject({
    asPath: sequence(65000, 4200000001, 4200000002),
    aggregator: { asn: 4200000001, address: '10.0.0.1' },
  })
  expect(decode(path, 'c007 06 fde8 0a000002', wide, aggregator4)).toMatchObject({
    asPath: sequence(65000, 23456, 23456),
    aggregator: { asn: 65000, address: '10.0.0.2' },
  })
})

test('AS4_AGGREGATOR alone says nothing', () => {
  expect(decode(path, 'c012 08 fa56ea01 0a000001')).not.toHaveProperty('aggregator')
})
