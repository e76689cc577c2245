import { expect, test } from '@jest/globals'
import { eventLine, FakeApi, refuse } from '../../test/fake-api.ts'
import { followed, quick, recorded, reset } from '../../test/followed.ts'
import { ManualClock } from '../../test/manual-clock.ts'
import { service } from '../../test/objects.ts'
import { names, until, untilStore } from '../../test/until.ts'
import { ApiSource, services } from '../index.ts'

test('a watch that breaks goes on where it was: no list, nothing twice, nothing missed', async () => {
  await using test = await followed({}, (api) => api.put(service('a')))
  await test.api.watched()
  const record = recorded(test.store)
  for (const how of ['reset', 'end', 'reset'] as const) {
    test.api.breakWatches(how)
    test.api.put(service(`after-${test.api.version}`))
    await test.api.watched()
  }
  await untilStore(test.store, (store) => store.size === 4)
  await until(() => record.changes.length >= 4)
  record.stop()
  expect(record.changes.map(({ type }) => type)).toEqual(['added', 'added', 'added', 'added'])
  expect(test.store.status().counts.lists).toBe(1)
})

test('a version that is newer than the API server, as after a restored backup: all is listed again', async () => {
  await using test = await followed({}, (api) => api.put(service('a')))
  await test.store.whenSynced()
  await test.api.watched()
  test.api.silently(() => {
    test.api.remove('a')
    test.api.put(service('b'))
  })
  test.api.failNext('watch', (_request, response) => {
    const details = { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 0 }
    response
      .writeHead(504)
      .end(JSON.stringify({ code: 504, reason: 'Timeout', message: 'Too large resource version', details }))
  })
  test.api.breakWatches('reset')
  await until(() => names(test.store).join() === 'b')
  expect(test.store.status().counts).toMatchObject({ lists: 2, restarts: { expired: 1 } })
})

test('a bookmark moves on what a watch resumes from', async () => {
  await using test = await followed({}, (api) => api.put(service('a')))
  await test.store.whenSynced()
  await test.api.watched()
  test.api.silently(() => test.api.put(service('other')))
  test.api.bookmark()
  test.api.put(service('b'))
  await untilStore(test.store, (store) => store.size === 2)
  test.api.compact()
  test.api.breakWatches('reset')
  await test.api.watched()
  const [last] = test.api.seen.slice(-1)
  expect(last!.query.get('resourceVersion')).toBe(String(test.api.version))
})
test('a connection that is open at one end only is given up', async () => {
  await using test = await followed({ silenceMs: 60 }, (api) => api.put(service('a')))
  await test.store.whenSynced()
  await test.api.watched()
  // Nothing comes any more, and nobody says so.
  test.api.silently(() => test.api.put(service('b')))
  await untilStore(test.store, (store) => store.size === 2)
  expect(test.store.status().counts.restarts).toMatchObject({ silent: expect.any(Number) })
  expect(test.store.status().counts.lists).toBe(1)
})
test('an error in the middle of the stream is said, and the watch goes on after it', async () => {
  await using test = await followed({}, (api) => api.put(service('a')))
  await test.store.whenSynced()
  await test.api.watched()
  test.api.write(eventLine('ERROR', { code: 500, message: 'etcd went away' } as never))
  await until(() => test.store.status().counts.restarts.refused === 1)
  test.api.put(service('b'))
  await untilStore(test.store, (store) => store.size === 2)
})
test('the API server is away: the state stays, and its age is told; when it is back, it goes on', async () => {
  let wall = 1_000_000
  const clock = {
    wall: () => wall,
    elapsed: () => performance.now(),
    set: (ms: number, call: () => void) => {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
  }
  await using resources = new AsyncDisposableStack()
  const first = await FakeApi.start()
  first.put(service('a'))
  const source = resources.use(new ApiSource({ server: first.url, from: 'the test' }, { ...quick, clock }))
  const store = source.follow(services)
  await store.whenSynced()
  const { port } = first
  await first[Symbol.asyncDispose]()
  wall += 3 * 3600 * 1000
  await until(() => (store.status().counts.restarts.unreachable ?? 0) > 2)
  expect(store.status()).toMatchObject({ synced: true, objects: 1, lostSince: 1_000_000, lastContactAt: 1_000_000 })
  expect(store.status().error).toContain('ECONNREFUSED')
  expect(names(store)).toEqual(['a'])
  const second = resources.use(await FakeApi.start(port))
  second.compact()
  for (let i = 0; i < 5; i++) second.put(service('b'))
  second.compact()
  await untilStore(store, () => store.get('default/b') !== undefined)
  expect(names(store)).toEqual(['b'])
  await until(() => store.status().state === 'watching')
  expect(store.status()).not.toHaveProperty('lostSince')
  expect(store.status()).not.toHaveProperty('error')
})

test.each([
  ['in seconds', '7', 7000, 8400],
  ['too long a time', '9999', 300_000, 360_000],
])('429 says how long to wait, %s: that and a little more is waited', async (_what, header, least, most) => {
  const clock = new ManualClock()
  await using test = await followed({ clock, listing: 'pages' }, (api) => {
    api.put(service('a'))
    api.failNext('list', (_request, response) => refuse(response, 429, 'busy', { 'retry-after': header }))
  })
  await until(() => test.store.status().nextTryAt !== undefined)
  const wait = test.store.status().nextTryAt! - clock.wall()
  expect(wait).toBeGreaterThanOrEqual(least)
  expect(wait).toBeLessThanOrEqual(most)
  expect(test.store.status().counts.restarts).toEqual({ throttled: 1 })
  clock.advance(wait + 1)
  await test.store.whenSynced()
})

test('failures are further and further apart; a watch that lasted makes the next one a first one', async () => {
  const clock = new ManualClock()
  await using test = await followed({ clock, random: () => 1, backoff: { firstMs: 100, mostMs: 1000 } }, (api) =>
    api.put(service('a')),
  )
  const failed = async (): Promise<number> => {
    await until(() => test.store.status().state === 'waiting')
    return test.store.status().nextTryAt! - clock.wall()
  }
  await test.api.watched()
  const waits: number[] = []
  for (let i = 0; i < 5; i++) {
    test.api.failNext('any', reset)
    if (i === 0) test.api.breakWatches('reset')
    waits.push(await failed())
    clock.advance(waits.at(-1)!)
    await until(() => test.store.status().nextTryAt! > clock.wall() || test.store.status().state !== 'waiting')
  }
  expect(waits).toEqual([100, 200, 400, 800, 1000])
  clock.advance(await failed())
  await test.api.watched()
  await until(() => test.store.status().state === 'watching')
  clock.advance(60_000)
  test.api.breakWatches('reset')
  expect(await failed()).toBe(100)
})

test('selectors are the API server’s to apply', async () => {
  await using api = await FakeApi.start()
  await using source = new ApiSource({ server: api.url, from: 'the test' }, quick)
  source.follow(services, {
    namespace: 'web',
    labels: {
      matchLabels: { app: 'x' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    },
    fields: { 'metadata.name': 'x' },
  })
  await api.watched()
  expect(api.seen[0]!.path).toBe('/api/v1/namespaces/web/services')
  expect(api.seen[0]!.query.get('labelSelector')).toBe('app=x,tier in (a,b),!old')
  expect(api.seen[0]!.query.get('fieldSelector')).toBe('metadata.name=x')
})

test('closing ends requests, readers and waiting', async () => {
  const test = await followed({}, (api) => api.failNext('any', () => undefined))
  const synced = test.store.whenSynced()
  const rounds = (async () => {
    for await (const _round of test.store.rounds());
  })()
  await test.source[Symbol.asyncDispose]()
  await expect(synced).rejects.toMatchObject({ code: 'CLOSED' })
  await rounds
  expect(test.store.status().state).toBe('ended')
  await test[Symbol.asyncDispose]()
})
