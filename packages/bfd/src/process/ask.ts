import { Link } from '@skep/companion'
import type { SessionReport } from '../speak/report.ts'
import { type FromProcess, readFromProcess, type ToProcess } from './messages.ts'

const ANSWER_MS = 2000

type Hello = FromProcess & { readonly type: 'hello' }

/** Every session of the BFD process that listens on a socket, without steering it. `undefined`: none answers there. */
export async function askBfdProcess(socket: string): Promise<readonly SessionReport[] | undefined> {
  return (await greeting(socket, (link) => link.close()))?.sessions
}

/** Ends the BFD process that listens on a socket, peers are told, and waits until it has let go; its number, if there was one. */
export async function stopBfdProcess(socket: string): Promise<number | undefined> {
  return (await greeting(socket, (link) => link.send({ type: 'stop', handover: false })))?.pid
}

/** What the process says first; after that, `then` has the connection end. */
async function greeting(
  socket: string,
  then: (link: Link<FromProcess, ToProcess>) => void,
): Promise<Hello | undefined> {
  const link = await Link.open<FromProcess, ToProcess>(socket, readFromProcess)
  if (link === undefined) return undefined
  let hello: Hello | undefined
  const deadline = setTimeout(() => link.close(), ANSWER_MS)
  link.listen(
    (message) => {
      if (message.type !== 'hello') return
      hello = message
      then(link)
    },
    () => {},
  )
  await link.closed
  clearTimeout(deadline)
  return hello
}
