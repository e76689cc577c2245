import { jest } from '@jest/globals'
import type { PeerStatus } from '@skep/bgp'
import { setTimeout as wait } from 'node:timers/promises'
import { ask } from '../src/ask.ts'
import { program } from '../src/program.ts'

/** What a command prints, in this process: starting one takes a second on a busy machine. */
export async function command(socket: string, ...words: readonly string[]): Promise<string> {
  const printed: string[] = []
  const log = jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(`${line}\n`))
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  try {
    await program('0').parseAsync(['node', 'skep-bgp', '--socket', socket, ...words])
    return printed.join('')
  } finally {
    log.mockRestore()
    write.mockRestore()
  }
}

/** Until the running speaker's only peer is so. */
export async function untilPeer(socket: string, wanted: (peer: PeerStatus) => boolean): Promise<void> {
  for (;;) {
    const [peer] = (await ask(socket, '/peers')) as PeerStatus[]
    if (peer !== undefined && wanted(peer)) return
    await wait(20)
  }
}
