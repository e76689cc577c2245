import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { HealthRecord } from '@skep/lb-health'

/** What a health process says first on each connection. */
export interface Hello {
  readonly pid: number
  readonly records: readonly HealthRecord[]
}

const ANSWER_MS = 2000

/** What the health process knows; `undefined`: none runs, or it does not answer. It is neither started nor steered. */
export async function askHealth(path: string): Promise<Hello | undefined> {
  using socket = await open(path)
  return socket === undefined ? undefined : await hello(socket.socket)
}

/** Ends the health process and waits until it has let go; its process number, or `undefined` where none runs. */
export async function endHealth(path: string): Promise<number | undefined> {
  using opened = await open(path)
  if (opened === undefined) return undefined
  const { socket } = opened
  const said = await hello(socket)
  if (said === undefined) return undefined
  if (socket.destroyed) return undefined
  const closed = once(socket, 'close')
  socket.resume().write('{"type":"stop"}\n')
  await closed
  return said.pid
}

async function open(path: string): Promise<({ readonly socket: Socket } & Disposable) | undefined> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    socket.on('error', () => socket.destroy())
    socket.setTimeout(ANSWER_MS, () => socket.destroy())
    return { socket, [Symbol.dispose]: () => socket.destroy() }
  } catch {
    socket.destroy()
    return undefined
  }
}

async function hello(socket: Socket): Promise<Hello | undefined> {
  for await (const line of createInterface({ input: socket })) {
    const { type, pid, records } = JSON.parse(line) as Hello & { type: string }
    return type === 'hello' ? { pid, records } : undefined
  }
  return undefined
}
