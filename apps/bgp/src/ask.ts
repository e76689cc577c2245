import { ask as askOnce, askDaemon, ControlError } from '@skep/control-socket'

const NEXT = 'start one with: skep-bgp run -f bgp.yaml'

/** Asks the running speaker. Throws where there is none, or with what it says is wrong. */
export async function ask(socket: string, path: string, body?: string): Promise<unknown> {
  return JSON.parse(await askDaemon(socket, path, NEXT, { body }))
}

/** Whether somebody answers there. */
export async function isRunning(socket: string): Promise<boolean> {
  try {
    await askOnce(socket, '/peers')
    return true
  } catch (error) {
    if (error instanceof ControlError) return false
    throw error
  }
}

/** The answer's text, like that of `/metrics`. */
export function askText(socket: string, path: string): Promise<string> {
  return askDaemon(socket, path, NEXT)
}
