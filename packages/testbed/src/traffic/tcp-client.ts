import type { Client, ClientHooks } from './client.ts'
import { EchoConnection } from './echo-connection.ts'
import type { EchoTraffic } from './options.ts'
import type { Answer } from './report.ts'
import { SourcePorts } from './source-ports.ts'
import { answered } from '../patience.ts'

/** Connects, awaits the greeting and an echo, and closes; or, kept alive, awaits echo after echo on each lane's connection. */
export function tcpClient(options: EchoTraffic, hooks: ClientHooks): Client {
  const kept = new Map<number, EchoConnection>()
  const { address, port, timeoutMs = answered(5000), bytes = 16 } = options
  const payload = Buffer.alloc(bytes, 'x')
  const ports = new SourcePorts(options.sourcePorts)
  const open = (sourcePort?: number): EchoConnection =>
    new EchoConnection({ address, port, timeoutMs, sourcePort }, () => hooks.connected())

  const once = async (): Promise<Answer> => {
    const sourcePort = ports.take()
    const connection = open(sourcePort)
    try {
      const answer = await connection.exchange(payload)
      if (sourcePort === undefined) await connection.close()
      return sourcePort === undefined ? { server: answer.server } : answer
    } finally {
      connection.reset()
      ports.give(sourcePort)
    }
  }

  const onKept = async (lane: number): Promise<Answer> => {
    const before = kept.get(lane)
    const connection = before?.usable ? before : open()
    kept.set(lane, connection)
    const { server } = await connection.exchange(payload)
    return { server }
  }

  const close = (): void => kept.values().forEach((connection) => connection.reset())
  return { request: options.keepAlive ? onKept : once, close }
}
