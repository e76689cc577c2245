import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { SkepLb } from './skep-lb.ts'

export interface ApiAnswer {
  readonly status: number
  readonly type: string | undefined
  readonly body: string
}

/** Where `run` serves its API. */
export function apiSocket(lb: SkepLb): string {
  return join(lb.folder, 'run', lb.instance, 'api.sock')
}

/** One request to a unix socket, as `curl --unix-socket` makes it. */
export function ask(socketPath: string, method: string, path: string, body = ''): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, agent: false }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body }),
        reject,
      )
    })
    asked.on('error', reject).end(body)
  })
}

/** The same, for an answer that is JSON and no error. */
export async function askJson<T>(socketPath: string, method: string, path: string, body = ''): Promise<T> {
  const answer = await ask(socketPath, method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`)
  return (answer.body === '' ? undefined : JSON.parse(answer.body)) as T
}
