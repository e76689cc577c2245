import { UsageError } from './error.ts'
import { http } from './http.ts'

/** Asks the running speaker. Throws {@link UsageError} where there is none, or with what it says is wrong. */
export async function ask(socket: string, path: string, post?: string): Promise<unknown> {
  const text = await exchange(socket, path, post)
  const value = JSON.parse(text.body) as { error?: string }
  if (text.status === 200) return value
  throw new UsageError(value.error ?? `the speaker answers with ${text.status}`)
}

/** Whether somebody answers there. */
export async function isRunning(socket: string): Promise<boolean> {
  try {
    await exchange(socket, '/peers')
    return true
  } catch (error) {
    if (error instanceof UsageError) return false
    throw error
  }
}

/** The answer's text, like that of `/metrics`. */
export async function askText(socket: string, path: string): Promise<string> {
  return (await exchange(socket, path)).body
}

function exchange(socketPath: string, path: string, post?: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  const sent = http.request({ socketPath, path, method: post === undefined ? 'GET' : 'POST' }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
    )
  })
  sent.on('error', (error: NodeJS.ErrnoException) =>
    reject(
      new UsageError(`no speaker answers on ${socketPath} (${error.code}); start one with: skep-bgp run -f bgp.yaml`),
    ),
  )
  sent.end(post)
  return promise
}
