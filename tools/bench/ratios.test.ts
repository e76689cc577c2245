import { expect, test } from '@jest/globals'
import { familyRatios, peerOf, ratios, recordRatios } from './ratios.ts'

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
  expect(peerOf('dsr-l2/v6/tcp-moving-new/64K')).toBe('katran/v6/tcp-new/64K')
  expect(peerOf('snat/v4/tcp-redirected/1')).toBe('katran/v4/tcp-established/1')
})

test('what is nobody’s case is nobody’s peer', () => {
  expect(peerOf('pass/not-a-vip')).toBe('katran/not-a-vip')
})

test('cases in other units have no ratio', () => {
  expect(ratios([{ name: 'load', seconds: 1 }])).toEqual({})
})

test('what leaves a record is compared with a record of the kernel’s', () => {
  const cases = ['dsr-ipip/v4/tcp-moving-new/64K', 'snat/v4/tcp-syn', 'dsr-ipip/v4/tcp-syn', 'snat/v4/udp/1K']
  const all = cases.map((name) => figures(name, 100))
  expect(recordRatios(all, [figures('lru-insert', 400)])).toEqual({
    'dsr-ipip/v4/tcp-moving-new/64K': 0.25,
    'snat/v4/tcp-syn': 0.25,
  })
  expect(recordRatios(all, [])).toEqual({})
})

test('what is about IPv6 is compared with the same over IPv4', () => {
  const cases = [figures('snat/v4/udp/1K', 50), figures('snat/v6/udp/1K', 60), figures('pass/not-a-vip', 10)]
  expect(familyRatios([...cases, figures('pass/v6/not-a-vip', 12), figures('dsr-l2/v6/tcp-syn', 30)])).toEqual({
    'snat/v6/udp/1K': 1.2,
    'pass/v6/not-a-vip': 1.2,
  })
})
