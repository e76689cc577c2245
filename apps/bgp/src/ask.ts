import { ask as askDaemon, type Asked, ControlError } from '@skep/control-socket'
import { UsageError } from './error.ts'

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

async function exchange(socket: string, path: string, post?: string): Promise<Asked> {
  try {
    return await askDaemon(socket, path, post)
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    throw new UsageError(`${error.message}; start one with: skep-bgp run -f bgp.yaml`)
  }
}
