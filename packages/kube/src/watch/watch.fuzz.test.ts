import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { eventLine } from '../../test/fake-api.ts'
import { ManualClock } from '../../test/manual-clock.ts'
import { service } from '../../test/objects.ts'
import type { ApiClient } from '../api/client.ts'
import { Tally } from '../follow/tally.ts'
import { KubeError, ObjectStore, type Service, services } from '../index.ts'
import { Following } from './following.ts'
import { listAll } from './list.ts'
import { Watch } from './watch.ts'

const limits = {
  page: 2,
  objectBytes: 400,
  silenceMs: 1000,
  initialSilenceMs: 1000,
  backoff: { firstMs: 1, mostMs: 1 },
}

/** What follows services where an API server says these bytes. */
function followed(chunks: readonly Uint8Array[]) {
  async function* stream(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  const clock = new ManualClock()
  const tally = new Tally('Service', clock)
  const store: ObjectStore<Service> = new ObjectStore('Service', () => tally.status(store.synced, store.size))
  const client = { stream: () => Promise.resolve(stream()) } as unknown as ApiClient
  const { signal } = new AbortController()
  return new Following({
    client,
    kind: services,
    options: {},
    store,
    tally,
    clock,
    random: Math.random,
    limits,
    signal,
  })
}

const event = fc.tuple(
  fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR', 'NEW'),
  fc.constantFrom('a', 'b', ''),
  fc.nat(9),
)
const line = event.map(([type, name, version]) => {
  const object = service(name, version === 0 ? { ports: 5 } : {})
  const annotations = { 'k8s.io/initial-events-end': 'true' }
  return Buffer.from(
    eventLine(type, {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version), annotations },
    } as never),
  )
})
const list = fc
  .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 })
  .map((names) =>
    Buffer.from(JSON.stringify({ metadata: { resourceVersion: '1' }, items: names.map((name) => service(name)) })),
  )
const bytes = fc.uint8Array({ maxLength: 600 })
const chunks = fc.array(fc.oneof(line, line, list, bytes), { maxLength: 8 })

test('whatever an API server says on a watch or as a list: it is taken, or refused with a reason, and what is known stays known', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.constantFrom('watch', 'initial', 'list'), async (said, how) => {
      const following = followed(said)
      const { store } = following
      if (how === 'watch') store.replace(new Map())
      const run = how === 'list' ? listAll(following) : new Watch(following, how === 'watch' ? '1' : undefined).run()
      const error: unknown = await run.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (error !== undefined) expect(error).toBeInstanceOf(KubeError)
      for (const { metadata, spec } of store.values()) {
        expect(['a', 'b', 'c']).toContain(metadata.name)
        expect(Array.isArray(spec.ports)).toBe(true)
      }
      if (how === 'list' && error !== undefined) expect(store.synced).toBe(false)
    }),
  )
})
