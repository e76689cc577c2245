import { createInterface } from 'node:readline'
import type { Http } from './http.ts'
import type { KubeObject } from './kinds.ts'
import { refusal } from './error.ts'

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: T
}

/** The API server's lines, one event each, until it or the reader ends it. */
export async function* watchPath<T extends KubeObject>(
  http: Http,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const response = await http.open('GET', path, { signal })
  try {
    for await (const line of createInterface({ input: response })) {
      const event = JSON.parse(line) as WatchEvent<T> | { type: 'ERROR'; object: { code?: number } }
      if (event.type === 'ERROR') throw refusal(`GET ${path}`, event.object.code ?? 0, JSON.stringify(event.object))
      yield event
    }
  } finally {
    response.destroy()
  }
}
