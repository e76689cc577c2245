import { ask, ControlError } from '@skep/control-socket'

/** Asks the running agent. Throws with what to do where there is none, or with what it says is wrong. */
export async function askAgent(socket: string, path: string): Promise<string> {
  const { status, body } = await asked(socket, path)
  if (status === 200) return body
  throw new ControlError('REFUSED', (JSON.parse(body) as { error: string }).error)
}

async function asked(socket: string, path: string): Promise<{ status: number; body: string }> {
  try {
    return await ask(socket, path)
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    throw new ControlError('NOT_RUNNING', `${error.message}; start the agent with: skep-agent run`, { cause: error })
  }
}
