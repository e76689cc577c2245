import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { FollowStatus } from '@skep/kube'
import { tellNews } from './news.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

test('that the API server is lost is told once, with what to do, and that it is back', () => {
  let now: Partial<FollowStatus>[] = [{ kind: 'Service' }, { kind: 'Node' }]
  const said: string[] = []
  const log = {
    warn: (about: object, line: string) => void said.push(`warn ${JSON.stringify(about)} ${line}`),
    info: (line: string) => void said.push(`info ${line}`),
  }
  using _ = tellNews({ status: () => now as FollowStatus[] }, log as never)
  const pass = (statuses: Partial<FollowStatus>[]): void => {
    now = statuses
    jest.advanceTimersByTime(3000)
  }
  pass(now)
  pass([{ kind: 'Service', error: 'connect ECONNREFUSED' }, { kind: 'Node' }])
  pass([{ kind: 'Service', lastContactAt: 1 }, { kind: 'Node' }])
  pass([
    { kind: 'Service', lastContactAt: 1 },
    { kind: 'Node', lastContactAt: 1, error: 'reset' },
  ])
  expect(said).toEqual([
    expect.stringMatching(
      /^warn \{"kinds":\["Service"\]\} .*: connect ECONNREFUSED; is that its address.*--k8s-api-server/,
    ),
    'info the API server is followed again',
    expect.stringMatching(/^warn \{"kinds":\["Node"\]\} .*: reset; what is served stays/),
  ])
})
