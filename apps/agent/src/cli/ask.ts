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
    throw new ControlError('NOT_RUNNING', `${error.message}; ${whatToDo(error.cause)}`, { cause: error })
  }
}

function whatToDo(cause: unknown): string {
  const { code } = (cause ?? {}) as { readonly code?: string }
  if (code === 'EACCES' || code === 'EPERM') return 'only the user that runs the agent may ask it: try as root'
  return 'start the agent with: skep-agent run; --state-dir says where it answers, if not there'
}
