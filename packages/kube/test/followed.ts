import type { ServerResponse } from 'node:http'
import { ApiSource, type ApiSourceOptions, type Change, type Service, services, type Store } from '../src/index.ts'
import { FakeApi } from './fake-api.ts'

/** Options by which nothing is waited for. */
export const quick: ApiSourceOptions = { backoff: { firstMs: 1, mostMs: 20 }, userAgent: 'test' }

export interface Followed extends AsyncDisposable {
  readonly api: FakeApi
  readonly source: ApiSource
  readonly store: Store<Service>
}

/** A source of a fake API server, and its services. */
export async function followed(
  options: ApiSourceOptions = {},
  before: (api: FakeApi) => void = () => undefined,
): Promise<Followed> {
  await using resources = new AsyncDisposableStack()
  const api = resources.use(await FakeApi.start())
  before(api)
  const source = resources.use(new ApiSource({ server: api.url, from: 'the test' }, { ...quick, ...options }))
  const store = source.follow(services)
  const held = resources.move()
  return { api, source, store, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

/** Every change that readers are told, from now on. */
export function recorded(store: Store<Service>): { readonly changes: Change<Service>[]; stop(): void } {
  const changes: Change<Service>[] = []
  const controller = new AbortController()
  void (async () => {
    for await (const round of store.rounds({ signal: controller.signal })) changes.push(...round)
  })()
  return { changes, stop: () => controller.abort() }
}
/** The connection breaks. */
export function reset(_request: unknown, response: ServerResponse): void {
  response.socket!.resetAndDestroy()
}
