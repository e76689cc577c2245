import type { ServerResponse } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { eventLine, type FakeApi, refuse } from '../../test/fake-api.ts'
import { followed, recorded, reset } from '../../test/followed.ts'
import { service } from '../../test/objects.ts'
import { names, until, untilStore } from '../../test/until.ts'

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
