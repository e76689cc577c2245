import { expect, test } from '@jest/globals'
import { outcome, summarize } from './report.ts'

const troubles = { reloads: 20, kills: 2, flaps: 5 }
const none = { requests: 100, failed: 0, reopened: 0, reasons: {} }

test('nothing broken when every request was answered and every connection lives', () => {
  const report = summarize(20, troubles, { a: none, b: none }, [{ alive: 30, broken: [] }])
  expect(report).toMatchObject({ ...troubles, requests: 200, held: { connections: 30, broken: 0 }, broken: 0 })
})

test('a failed request, a connection that had to be opened anew and a held one that is silent are broken', () => {
  const failing = { ...none, failed: 2 }
  const reopening = { ...none, reopened: 3 }
  const report = summarize(20, troubles, { failing, reopening }, [{ alive: 29, broken: [{ reason: 'ECONNRESET' }] }])
  expect(report).toMatchObject({ held: { connections: 30, broken: 1 }, broken: 6 })
})

test('a connection that failed and was opened anew is broken once', () => {
  expect(summarize(20, troubles, { a: { ...none, failed: 1, reopened: 1 } }, []).broken).toBe(1)
})

test('connections count as opened anew only where they were to stay', () => {
  const report = { requests: 9, failed: 0, failuresByReason: {}, connections: 9 } as Parameters<typeof outcome>[0]
  expect([outcome(report).reopened, outcome(report, 4).reopened]).toEqual([0, 5])
})
