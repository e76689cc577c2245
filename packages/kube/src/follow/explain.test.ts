import { expect, test } from '@jest/globals'
import { describeFollow, type FollowStatus, kubeMetrics } from '../index.ts'

const now = Date.parse('2026-01-31T12:00:00Z')
const counts = {
  lists: 1,
  listMs: 250,
  watches: 2,
  restarts: { unreachable: 3 },
  events: 7,
  bytes: 1000,
  parseErrors: 1,
}
const good: FollowStatus = {
  kind: 'Service',
  state: 'watching',
  synced: true,
  objects: 2,
  lastContactAt: now - 3000,
  refused: [],
  counts,
}
const error = 'watch services: https://10.0.0.1:6443: connect ECONNREFUSED'

test.each([
  [good, ['Service: 2 objects; heard of 3 s ago']],
  [
    {
      ...good,
      state: 'waiting',
      lastContactAt: now - 10_800_000,
      lostSince: now - 10_800_000,
      nextTryAt: now + 20_000,
      error,
    },
    ['Service: 2 objects; lost for 3 h; next try in 20 s', `  ${error}`],
  ],
  [
    { kind: 'Pod', state: 'listing', synced: false, objects: 0, refused: [], counts },
    ['Pod: not synced; nothing heard yet; listing'],
  ],
  [
    {
      ...good,
      objects: 1,
      refused: [
        {
          kind: 'Service',
          namespace: 'shop',
          name: 'web',
          kept: true,
          faults: [{ path: ['spec', 'ports'], message: '5 is not a list; write a list of ports', place: 'a.yaml:3:4' }],
        },
      ],
    },
    [
      'Service: 1 object; heard of 3 s ago',
      '  a.yaml:3:4: Service shop/web: spec.ports: 5 is not a list; write a list of ports (its last good state is in use)',
    ],
  ],
] satisfies [FollowStatus, string[]][])('a status in words (%#)', (status, lines) => {
  expect(describeFollow(status, now)).toEqual(lines)
})

test('a status as metrics', () => {
  const metrics = new Map(
    kubeMetrics([good, { ...good, kind: 'Pod', lastEventAt: now }]).map((one) => [one.name, one.samples]),
  )
  expect(metrics.get('skep_kube_objects')).toEqual([
    { labels: { kind: 'Service' }, value: 2 },
    { labels: { kind: 'Pod' }, value: 2 },
  ])
  expect(metrics.get('skep_kube_last_event_timestamp_seconds')).toEqual([
    { labels: { kind: 'Pod' }, value: now / 1000 },
  ])
  expect(metrics.get('skep_kube_restarts_total')![0]).toEqual({
    labels: { kind: 'Service', reason: 'unreachable' },
    value: 3,
  })
  expect(metrics.get('skep_kube_list_duration_seconds')![0]!.value).toBe(0.25)
})
