import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import { KubeTestEnvError } from '../error.ts'
import { refusal } from './error.ts'

/** Where an API server is, and who asks. */
export interface Endpoint {
  /** `https://127.0.0.1:6443` */
  readonly url: string
  /** PEM. */
  readonly ca: string
  readonly token: string
}

export interface HttpOptions {
  readonly body?: unknown
  readonly contentType?: string
  readonly signal?: AbortSignal | undefined
}

/** HTTPS to one API server as one user, over connections that are kept. */
export class Http implements Disposable {
  readonly endpoint: Endpoint
  readonly #agent: Agent
  readonly #troubles: () => readonly string[]

  /** `troubles` tells what is known to be wrong with the server, for errors. */
  constructor(endpoint: Endpoint, troubles: () => readonly string[] = () => []) {
    this.endpoint = endpoint
    this.#troubles = troubles
    this.#agent = new Agent({ keepAlive: true, ca: endpoint.ca })
  }

  /** The answer, once its head is there. Throws {@link KubeTestEnvError} `REFUSED` or `UNREACHABLE`. */
  async open(method: string, path: string, options: HttpOptions = {}): Promise<IncomingMessage> {
    const operation = `${method} ${path}`
    const response = await this.#send(method, path, options).catch((cause: Error) => {
      if (options.signal?.aborted === true) throw options.signal.reason
      const trouble = `${this.endpoint.url} does not answer: ${cause.message}`
      throw new KubeTestEnvError('UNREACHABLE', operation, this.withTroubles(trouble), { cause })
    })
    const status = response.statusCode ?? 0
    if (status >= 300) throw refusal(operation, status, await text(response))
    return response
  }

  withTroubles(what: string): string {
    return [what, ...this.#troubles()].join('\n')
  }

  /** The whole answer: what its JSON says; text as it is. */
  async read<T>(method: string, path: string, options: HttpOptions = {}): Promise<T> {
    const response = await this.open(method, path, options)
    const body = await text(response)
    return (response.headers['content-type']?.startsWith('application/json') ? JSON.parse(body) : body) as T
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  #send(method: string, path: string, { body, contentType, signal }: HttpOptions): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      authorization: `Bearer ${this.endpoint.token}`,
      accept: 'application/json',
      ...(payload !== undefined && {
        'content-type': contentType ?? 'application/json',
        // Node sends a DELETE's body without it.
        'content-length': Buffer.byteLength(payload),
      }),
    }
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent: this.#agent, ...(signal && { signal }) }
      request(new URL(path, this.endpoint.url), options, resolve).once('error', reject).end(payload)
    })
  }
}
