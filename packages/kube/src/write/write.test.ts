import { expect, test } from '@jest/globals'
import { FakeObjects } from '../../test/fake-objects.ts'
import { ManualClock } from '../../test/manual-clock.ts'
import { until } from '../../test/until.ts'
import { ApiClient, applyStatus, EventRecorder, type KubeEvent, services, updateStatus } from '../index.ts'

const web = '/api/v1/namespaces/shop/services/web'
const at = { namespace: 'shop', name: 'web' }
const options = { fieldManager: 'skep', random: () => 0 }

async function fake() {
  await using resources = new AsyncDisposableStack()
  const api = resources.use(await FakeObjects.start())
  const client = resources.use(new ApiClient({ server: api.url, from: 'the test' }))
  const held = resources.move()
  return { api, client, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

test('a status is patched by what it is now; one that is as wanted is left alone', async () => {
  await using test = await fake()
  test.api.put(web, { status: { other: 1 } })
  const change = ({ status }: { status?: unknown }) =>
    (status as { ours?: number }).ours === 2 ? undefined : { ours: 2 }
  expect(await updateStatus(test.client, services, at, change, options)).toBe(true)
  expect(test.api.objects.get(web)?.status).toEqual({ other: 1, ours: 2 })
  expect(await updateStatus(test.client, services, at, change, options)).toBe(false)
})

test('somebody else writes in between: it is read and decided again; too often is a conflict', async () => {
  await using test = await fake()
  test.api.put(web, { status: { count: 1 } })
  let others = 2
  test.api.before = ({ method }) => {
    if (method === 'PATCH' && others-- > 0) test.api.put(web, { status: { count: 10 + others } })
  }
  const more = ({ status }: { status?: unknown }) => ({ count: (status as { count: number }).count + 1 })
  await updateStatus(test.client, services, at, more, options)
  expect(test.api.objects.get(web)?.status).toEqual({ count: 11 })
  others = 100
  await expect(updateStatus(test.client, services, at, more, { ...options, attempts: 3 })).rejects.toMatchObject({
    code: 'CONFLICT',
  })
})

test('an object that is gone is an error with its status', async () => {
  await using test = await fake()
  await expect(applyStatus(test.client, services, at, {}, options)).rejects.toMatchObject({
    code: 'REFUSED',
    status: 404,
  })
})

const event = (note: string, reason = 'HintsIgnored'): KubeEvent => ({
  about: { apiVersion: 'v1', kind: 'Service', ...at },
  type: 'Warning',
  reason,
  action: 'Filter',
  note,
})

test('the same event again is one, with a count', async () => {
  await using test = await fake()
  const clock = new ManualClock()
  await using recorder = new EventRecorder(test.client, { controller: 'skep.dev/agent', instance: 'n1', clock })
  for (let i = 0; i < 5; i++) recorder.record(event('endpoint x has none'))
  recorder.record(event('another'))
  await recorder.flushed()
  recorder.record(event('endpoint x has none'))
  await recorder.flushed()
  const events = [...test.api.objects.values()]
  expect(events).toHaveLength(2)
  expect(events[0]).toMatchObject({
    reason: 'HintsIgnored',
    note: 'endpoint x has none',
    reportingController: 'skep.dev/agent',
    reportingInstance: 'n1',
    regarding: { kind: 'Service', namespace: 'shop', name: 'web' },
    series: { count: 6, lastObservedTime: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/) },
  })
  clock.advance(7 * 60_000)
  recorder.record(event('endpoint x has none'))
  await recorder.flushed()
  expect(test.api.objects.size).toBe(3)
})

test('a process that begins anew goes on with what was told in the last hour', async () => {
  await using test = await fake()
  const clock = new ManualClock()
  const tellAnew = async (instance = 'n1') => {
    await using recorder = new EventRecorder(test.client, { controller: 'skep.dev/agent', instance, clock })
    recorder.record(event('endpoint x has none'))
    await recorder.flushed()
    expect(recorder.counts).toMatchObject({ written: 1, dropped: 0 })
    return [...test.api.objects.values()].map(({ series }) => (series as { count: number } | undefined)?.count)
  }
  expect(await tellAnew()).toEqual([undefined])
  expect(await tellAnew()).toEqual([2])
  clock.advance(50 * 60_000)
  expect(await tellAnew()).toEqual([3])
  clock.advance(61 * 60_000)
  expect(await tellAnew()).toEqual([3, undefined])
  expect(await tellAnew('n2')).toEqual([3, undefined, undefined])
})

test('what many tell is written by the first of them', async () => {
  await using test = await fake()
  for (const instance of ['n1', 'n2']) {
    await using recorder = new EventRecorder(test.client, { controller: 'skep.dev/agent', instance })
    recorder.record({ ...event('“blue” is not used'), shared: true })
    await recorder.flushed()
    expect(recorder.counts).toMatchObject({ dropped: 0, written: instance === 'n1' ? 1 : 0 })
  }
  expect([...test.api.objects.values()]).toEqual([expect.objectContaining({ reportingInstance: 'n1' })])
})

test('too many are held back, and more than that are dropped and counted; telling never waits', async () => {
  await using test = await fake()
  const clock = new ManualClock()
  const limits = { burst: 2, perSecond: 1, mostWaiting: 3 }
  await using recorder = new EventRecorder(test.client, { controller: 'x', instance: 'y', clock, ...limits })
  for (let i = 0; i < 10; i++) recorder.record(event(`note ${i}`))
  expect(recorder.counts.waiting).toBeLessThanOrEqual(3)
  expect(recorder.counts.dropped).toBeGreaterThan(0)
  await until(() => recorder.counts.written === 2)
  await until(() => {
    clock.advance(500)
    return recorder.counts.waiting === 0
  })
  await recorder.flushed()
  expect(recorder.counts.written + recorder.counts.dropped).toBe(10)
})

test('an API server that is away costs events and nothing else; a long note is cut', async () => {
  await using test = await fake()
  await using recorder = new EventRecorder(test.client, { controller: 'x', instance: 'y' })
  test.api.state = 'down'
  recorder.record(event('lost'))
  await recorder.flushed()
  expect(recorder.counts).toMatchObject({ written: 0, dropped: 1 })
  test.api.state = 'up'
  recorder.record(event('ü'.repeat(2000)))
  await recorder.flushed()
  const [{ note }] = [...test.api.objects.values()] as unknown as [{ note: string }]
  expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024)
  expect(note).toMatch(/^ü+…$/)
})
