import { askDaemon } from '@skep/control-socket'

/** Asks the running agent. Throws with what to do where there is none, or with what it says is wrong. */
export function askAgent(socket: string, path: string): Promise<string> {
  return askDaemon(
    socket,
    path,
    'start the agent with: skep-agent run; --state-dir says where it answers, if not there',
  )
}
