import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '@skep/testbed'
import { first } from './first.ts'

/** A running BIRD. */
export interface Bird extends Disposable {
  /** What it says to `birdc …`. */
  ask(...words: string[]): Promise<string>
  /** Ends it and waits for that. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** BIRD on a host, in the foreground until it is disposed of. Throws where it does not take the configuration. */
export function bird(host: Host, folder: string, text: string): Bird {
  const file = join(folder, `${host.name}.conf`)
  const socket = join(folder, `${host.name}.ctl`)
  writeFileSync(file, text)
  const { status, stderr } = spawnSync('bird', ['-p', '-c', file], { encoding: 'utf8' })
  if (status !== 0 || stderr !== '') throw new Error(stderr)
  const [program, ...words] = first()
  const child = host.spawn(program, [...words, 'bird', '-f', '-c', file, '-s', socket], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  return {
    ask: async (...words) => (await host.attempt('birdc', ['-r', '-s', socket, ...words])).stdout,
    end: async (signal) => {
      child.kill(signal)
      await ended
    },
    [Symbol.dispose]: () => void child.kill('SIGTERM'),
  }
}
