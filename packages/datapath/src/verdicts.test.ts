import { expect, test } from '@jest/globals'
import { Verdict } from './lb_xdp.gen.ts'
import { verdictsByIndex } from './verdicts.ts'

test('the table and the enum are the same list', () => {
  const { VERDICT_GO_ON, VERDICT_COUNT, ...outcomes } = Verdict
  expect(VERDICT_GO_ON).toBe(0)
  expect(VERDICT_COUNT).toBe(verdictsByIndex.length)
  expect(Object.entries(outcomes)).toEqual(
    verdictsByIndex.flatMap((info, index) => (info ? [[`VERDICT_${info.name}`, index]] : [])),
  )
})

test('names begin with what becomes of the packet', () => {
  const actions = { PASS: 'PASS', TX: 'TX', REDIRECT: 'REDIRECT', STACK: 'PASS', REPLY: 'TX', DROP: 'DROP' }
  for (const info of verdictsByIndex) {
    if (info) expect(info.action).toBe(actions[info.name.split('_')[0] as keyof typeof actions])
  }
})
