import { ControlError } from './error.ts'
import { http } from './http.ts'

/** A daemon's answer, whole. */
export interface Asked {
  readonly status: number
  readonly body: string
}

export interface Asking {
  readonly body?: string | undefined
  /** Left out: POST with a body, else GET. */
  readonly method?: string | undefined
}

/** Asks what listens on the socket. Throws {@link ControlError} NOT_RUNNING. */
export async function ask(socket: string, path: string, { body, method }: Asking = {}): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Asked>()
  const verb = method ?? (body === undefined ? 'GET' : 'POST')
  const sent = http.request({ socketPath: socket, path, method: verb }, (response) => {
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

/**
 * As {@link ask}, for a command: the answer's text. Where nobody answers, that is said with what to do about it (`next`),
 * and where the daemon refuses, REFUSED with what it says.
 */
export async function askDaemon(socket: string, path: string, next: string, asking: Asking = {}): Promise<string> {
  const { status, body } = await asked(socket, path, next, asking)
  if (status === 200) return body
  throw new ControlError('REFUSED', messageOf(body) ?? `the daemon answers with ${status}`)
}

async function asked(socket: string, path: string, next: string, asking: Asking): Promise<Asked> {
  try {
    return await ask(socket, path, asking)
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    const { code } = (error.cause ?? {}) as { readonly code?: string }
    const denied = code === 'EACCES' || code === 'EPERM'
    const what = denied ? 'only the user that runs it may ask: try as root' : next
    throw new ControlError('NOT_RUNNING', `${error.message}; ${what}`, { cause: error.cause })
  }
}

function messageOf(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { error?: string }).error
  } catch {
    return undefined
  }
}
