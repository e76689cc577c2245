import type { ServerResponse } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { eventLine, FakeApi, refuse } from '../../test/fake-api.ts'
import { service } from '../../test/objects.ts'
import { ManualClock } from '../../test/manual-clock.ts'
import { names, until, untilStore } from '../../test/until.ts'
import { ApiSource, type ApiSourceOptions, type Change, type Service, services, type Store } from '../index.ts'

const quick: ApiSourceOptions = { backoff: { firstMs: 1, mostMs: 20 }, userAgent: 'test' }

/** A source of a fake API server, and its services. */
async function followed(options: ApiSourceOptions = {}, before: (api: FakeApi) => void = () => undefined) {
  await using resources = new AsyncDisposableStack()
  const api = resources.use(await FakeApi.start())
  before(api)
  const source = resources.use(new ApiSource({ server: api.url, from: 'the test' }, { ...quick, ...options }))
  const store = source.follow(services)
  const held = resources.move()
  return { api, source, store, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

/** Every change that readers are told, from now on. */
function recorded(store: Store<Service>): { readonly changes: Change<Service>[]; stop(): void } {
  const changes: Change<Service>[] = []
  const controller = new AbortController()
  void (async () => {
    for await (const round of store.rounds({ signal: controller.signal })) changes.push(...round)
  })()
  return { changes, stop: () => controller.abort() }
}

const reset = (_request: unknown, response: ServerResponse): void => void response.socket!.resetAndDestroy()

describe.each(['watch', 'pages'] as const)('listing by %s', (listing) => {
  const start = (api: FakeApi): void => {
    for (const name of ['a', 'b', 'c']) api.put(service(name))
  }

  test('finds what is there, and is told what comes, changes and goes', async () => {
    await using test = await followed({ listing, page: 2 }, start)
    await test.store.whenSynced()
    expect(names(test.store)).toEqual(['a', 'b', 'c'])
    await test.api.watched()
    test.api.put(service('d'))
    test.api.put(service('a', { type: 'NodePort' }))
    test.api.remove('b')
    await untilStore(test.store, (store) => store.get('default/b') === undefined)
    expect(names(test.store)).toEqual(['a', 'c', 'd'])
    expect(test.store.get('default/a')?.spec.type).toBe('NodePort')
  })

  test.each([
    ['the connection is reset', reset],
    ['the API server has an error', (_: unknown, response: ServerResponse) => refuse(response, 500, 'etcd is away')],
    ['it is too busy', (_: unknown, response: ServerResponse) => refuse(response, 429, 'busy', { 'retry-after': '0' })],
    ['we may not, yet', (_: unknown, response: ServerResponse) => refuse(response, 403, 'forbidden')],
    ['the answer is no JSON', (_: unknown, response: ServerResponse) => void response.end('<html>502</html>\n')],
    ['the answer is empty', (_: unknown, response: ServerResponse) => void response.end()],
    [
      'the answer is cut',
      (_: unknown, response: ServerResponse) => {
        response
          .writeHead(200, { 'content-length': 1000 })
          .write('{"metadata":{"resourceVersion":"1"},"items":[{"metadata"')
        setImmediate(() => response.socket!.destroy())
      },
    ],
  ])('%s at first, and it is tried again', async (_what, fault) => {
    await using test = await followed({ listing }, (api) => {
      start(api)
      for (let i = 0; i < 3; i++) api.failNext('any', fault)
    })
    await test.store.whenSynced()
    expect(names(test.store)).toEqual(['a', 'b', 'c'])
    await test.api.watched()
    test.api.put(service('d'))
    await untilStore(test.store, (store) => store.size === 4)
    expect(test.store.status()).toMatchObject({ state: 'watching', objects: 4 })
    expect(test.store.status().error).toBeUndefined()
  })

  test('a version that is too old: all is listed again, readers are told the difference and nothing else', async () => {
    await using test = await followed({ listing }, start)
    await test.store.whenSynced()
    await test.api.watched()
    const record = recorded(test.store)
    await until(() => record.changes.length === 3)
    test.api.silently(() => {
      test.api.put(service('d'))
      test.api.remove('b')
      test.api.put(service('a', { type: 'NodePort' }))
    })
    test.api.compact()
    test.api.put(service('e'))
    test.api.compact()
    test.api.breakWatches('reset')
    await until(() => record.changes.length >= 7)
    record.stop()
    expect(
      record.changes
        .slice(3)
        .map(({ type, key }) => `${type} ${key}`)
        .toSorted(),
    ).toEqual(['added default/d', 'added default/e', 'deleted default/b', 'modified default/a'])
    expect(test.store.status().counts).toMatchObject({ lists: 2, restarts: { expired: 1 } })
  })
})

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

test('an API server that cannot list on a watch is asked for pages', async () => {
  await using test = await followed({ page: 2 }, (api) => {
    api.canListOnWatch = false
    for (const name of ['a', 'b', 'c']) api.put(service(name))
  })
  await test.store.whenSynced()
  expect(names(test.store)).toEqual(['a', 'b', 'c'])
  expect(test.api.seen.filter(({ query }) => query.get('limit') === '2')).toHaveLength(2)
  expect(test.store.status().counts.restarts).toEqual({})
})

test('one that says so on the watch, as well', async () => {
  await using test = await followed({}, (api) => {
    api.put(service('a'))
    const object = { code: 500, message: 'the required storage feature RequestWatchProgress is disabled' }
    api.failNext('watch', (_request, response) => void response.writeHead(200).end(eventLine('ERROR', object as never)))
  })
  await test.store.whenSynced()
  expect(names(test.store)).toEqual(['a'])
  expect(test.store.status().counts.restarts).toEqual({})
})

test('one that begins to, and then is silent, as well', async () => {
  await using test = await followed({ initialSilenceMs: 30 }, (api) => {
    api.put(service('a'))
    api.failNext('watch', (_request, response) => response.writeHead(200).flushHeaders())
  })
  await test.store.whenSynced()
  expect(names(test.store)).toEqual(['a'])
})

test('pages that are too old while they are fetched: the list is asked for in one', async () => {
  await using test = await followed({ listing: 'pages', page: 1 }, (api) => {
    for (const name of ['a', 'b', 'c']) api.put(service(name))
    api.events.on('request', () => {
      if (api.seen.length === 2) {
        api.put(service('d'))
        api.compact()
      }
    })
  })
  await test.store.whenSynced()
  expect(names(test.store)).toEqual(['a', 'b', 'c', 'd'])
  expect(test.api.seen[2]!.query.has('limit')).toBe(false)
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

test('lines that are cut anywhere, in the middle of characters too, are read', async () => {
  await using test = await followed({}, (api) => api.put(service('a')))
  await test.store.whenSynced()
  await test.api.watched()
  const raw = service('b', { externalName: 'größe-日本' })
  raw.metadata.resourceVersion = '500'
  for (const byte of Buffer.from(eventLine('ADDED', raw))) {
    test.api.write(Buffer.of(byte))
    await new Promise(setImmediate)
  }
  await untilStore(test.store, (store) => store.size === 2)
  expect(test.store.get('default/b')?.spec.externalName).toBe('größe-日本')
})

test.each([
  'nonsense\n',
  '{"type":"ADDED"}\n',
  '{"type":"NEW","object":{}}\n',
  'null\n',
  '[]\n',
  '{"type":"ADDED","object":null}\n',
])('what is no event, %j, costs one connection, and no object', async (line) => {
  await using test = await followed({}, (api) => api.put(service('a')))
  await test.store.whenSynced()
  await test.api.watched()
  test.api.write(line)
  test.api.silently(() => test.api.put(service('b')))
  await untilStore(test.store, (store) => store.size === 2)
  expect(test.store.status().counts).toMatchObject({ lists: 1, restarts: { malformed: 1 } })
})

test('nonsense again and again: all is listed again', async () => {
  await using test = await followed({}, (api) => api.put(service('a')))
  await test.store.whenSynced()
  await test.api.watched()
  for (let i = 0; i < 2; i++)
    test.api.failNext('watch', (_request, response) => void response.writeHead(200).end('nonsense\n'))
  test.api.breakWatches('reset')
  await until(() => test.store.status().counts.lists === 2)
  expect(names(test.store)).toEqual(['a'])
})

test('a line of 50 MB is not kept, and all is listed again', async () => {
  await using test = await followed({}, (api) => api.put(service('a')))
  await test.store.whenSynced()
  await test.api.watched()
  const [watch] = test.api.watches
  const chunk = Buffer.alloc(1024 * 1024, 'x')
  for (let i = 0; i < 50; i++) await new Promise((resolve) => watch!.write(chunk, resolve))
  test.api.silently(() => test.api.put(service('b')))
  watch!.write('\n')
  await untilStore(test.store, (store) => store.size === 2)
  expect(test.store.status().counts).toMatchObject({ lists: 2, restarts: { malformed: 1 } })
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

test('an object that cannot be read is told, keeps its last good state, and takes no other down', async () => {
  await using test = await followed({}, (api) => {
    api.put(service('a'))
    api.put(service('bad', { ports: [{ port: 99_999 }] }))
  })
  await test.store.whenSynced()
  await test.api.watched()
  expect(names(test.store)).toEqual(['a'])
  test.api.put(service('a', { type: 'Sideways' }))
  test.api.put(service('c'))
  await untilStore(test.store, (store) => store.size === 2)
  expect(test.store.get('default/a')?.spec.type).toBe('ClusterIP')
  expect(test.store.status().refused).toEqual([
    expect.objectContaining({
      name: 'bad',
      kept: false,
      faults: [expect.objectContaining({ path: ['spec', 'ports', 0, 'port'] })],
    }),
    expect.objectContaining({ name: 'a', kept: true }),
  ])
  test.api.put(service('a', { type: 'NodePort' }))
  test.api.remove('bad')
  test.api.put(service('d'))
  await untilStore(test.store, (store) => store.size === 3)
  expect(test.store.status()).toMatchObject({ refused: [], counts: { parseErrors: 2 } })
})

test('readable before, not readable in a later list: the last good state stays', async () => {
  await using test = await followed({}, (api) => api.put(service('a')))
  await test.store.whenSynced()
  await test.api.watched()
  test.api.silently(() => test.api.put(service('a', { ports: 5 })))
  test.api.compact()
  test.api.put(service('b'))
  test.api.compact()
  test.api.breakWatches('reset')
  await untilStore(test.store, (store) => store.get('default/b') !== undefined)
  expect(test.store.get('default/a')?.spec.ports).toHaveLength(1)
  expect(test.store.status().refused).toEqual([expect.objectContaining({ name: 'a', kept: true })])
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
