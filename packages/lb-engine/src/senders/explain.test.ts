import { expect, test } from '@jest/globals'
import { explainSender } from './explain.ts'

const native = { features: new Map([[2, new Set(['basic', 'ndo-xmit'] as const)]]), isGeneric: false }

test('a device that sends, and reasons for those that do not', () => {
  const card = { index: 2, type: 'ether' } as const
  expect(explainSender(card, native)).toEqual({ sends: true, why: 'its driver sends what XDP redirects to it' })
  const why = (index: number, kind: string) => explainSender({ index, kind, type: 'ether' }, native)
  expect(why(3, 'veth')).toMatchObject({
    sends: false,
    why: expect.stringMatching(/^its peer does not receive by NAPI/),
  })
  expect(why(4, 'bridge').why).toBe('a bridge sends nothing for XDP; the kernel forwards in its place')
  expect(why(5, 'dummy').why).toMatch(/^its driver does not send for XDP now/)
})

test('where the kernel does not tell, and where it does the sending', () => {
  const bridge = { index: 4, kind: 'bridge', type: 'ether' } as const
  expect(explainSender(bridge, { features: undefined, isGeneric: false })).toEqual({
    sends: false,
    why: 'before Linux 6.3 the kernel does not tell; by its kind (bridge) it does not',
  })
  expect(explainSender(bridge, { features: undefined, isGeneric: true }).sends).toBe(true)
})
