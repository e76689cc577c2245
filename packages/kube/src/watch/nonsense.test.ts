import { expect, test } from '@jest/globals'
import { eventLine } from '../../test/fake-api.ts'
import { followed } from '../../test/followed.ts'
import { service } from '../../test/objects.ts'
import { names, until, untilStore } from '../../test/until.ts'

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
