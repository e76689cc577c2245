import { request } from 'node:http'
import { ControlError } from './error.ts'

/** A daemon's answer, whole. */
export interface Asked {
  readonly status: number
  readonly body: string
}

/** Asks what listens on the socket: with a body by POST, else by GET. Throws {@link ControlError} NOT_RUNNING. */
export async function ask(socket: string, path: string, body?: string): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Asked>()
  const sent = request({ socketPath: socket, path, method: body === undefined ? 'GET' : 'POST' }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('error', reject)
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
    )
  })
  sent.on('error', (cause: NodeJS.ErrnoException) =>
    reject(new ControlError('NOT_RUNNING', `nobody answers on ${socket} (${cause.code})`, { cause })),
  )
  sent.end(body)
  return promise
}
