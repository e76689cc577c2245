import { expect, test } from '@jest/globals'
import { backendKey, type PassiveState, passivePolicySchema, type ServiceHealth, unseen } from '@skep/lb-health'
import { type Judged, judgeAgain, withEjections } from './ejections.ts'

const policy = passivePolicySchema.parse({ consecutiveFailures: 2 })
const keys = ['10.1.0.11:80', '10.1.0.12:80', '10.1.0.13:80']
const ejection = { at: 0, until: 9, reason: 'refused' }

function judged(...out: number[]): Judged {
  const state = (i: number): PassiveState => (out.includes(i) ? { ...unseen(0), ejection } : unseen(0))
  return { name: 'web/ipv4', policy, backends: keys.map((backend, i) => ({ backend, state: state(i) })) }
}

/** Shares that an active check leaves, as tenths. */
function decision(...tenths: number[]): ServiceHealth {
  const backends = tenths.map((share, i) => ({
    address: `10.1.0.1${i + 1}`,
    port: 80,
    status: share > 0 ? ('up' as const) : ('down' as const),
    usable: share > 0,
    share: share / 10,
    connections: 'keep' as const,
  }))
  return { service: 'web/ipv4', panic: false, up: 3, counted: 3, backends }
}

function shares(decisions: readonly ServiceHealth[]): Record<string, number> {
  return Object.fromEntries(decisions.flatMap(({ backends }) => backends.map((one) => [backendKey(one), one.share])))
}

test('who is ejected gets nothing, also where no active check has an opinion', () => {
  expect(shares(withEjections([], [judged(1)]))).toEqual({ [keys[0]!]: 1, [keys[1]!]: 0, [keys[2]!]: 1 })
  const slow = withEjections([decision(10, 10, 5)], [judged(0)])
  expect(shares(slow)).toEqual({ [keys[0]!]: 0, [keys[1]!]: 1, [keys[2]!]: 0.5 })
})

test('an ejection never leaves a service without backends', () => {
  const down = decision(10, 0, 0)
  expect(withEjections([down], [judged(0)])).toEqual([down])
  expect(withEjections([], [judged(0, 1, 2)])).toEqual([])
})

test('services that nobody is ejected of stay as they are', () => {
  expect(withEjections([], [judged()])).toEqual([])
})

test('who is down already counts among those that are out', () => {
  const seen = (backend: string) => ({ answered: 0, refused: backend === keys[0] ? 2 : 0, unanswered: 0 })
  const out = (isDown: (backend: string) => boolean): boolean =>
    judgeAgain(judged(), seen, isDown, 5).backends[0]!.state.ejection !== undefined
  expect(out(() => false)).toBe(true)
  expect(out((backend) => backend === keys[1])).toBe(false)
})
