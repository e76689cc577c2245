import { expect, test } from '@jest/globals'
import { peerOf, ratios } from './ratios.ts'

const figures = (name: string, ownNs: number) => ({ name, ownNs, rawNs: 2 * ownNs, xDrop: 3 })

test('a case is compared with the same one of the peer', () => {
  expect(
    ratios([figures('snat/v4/udp/1K', 50), figures('katran/v4/udp/1K', 200), figures('pass/not-a-vip', 3)]),
  ).toEqual({
    'snat/v4/udp/1K': 0.25,
  })
})

test('to the peer a flow on a moving slot is like any other', () => {
  expect(peerOf('dsr-ipip/v4/tcp-moving/64K')).toBe('katran/v4/tcp-established/64K')
})

test('what is nobody’s case is nobody’s peer', () => {
  expect(peerOf('pass/not-a-vip')).toBe('katran/not-a-vip')
})

test('cases in other units have no ratio', () => {
  expect(ratios([{ name: 'load', seconds: 1 }])).toEqual({})
})
