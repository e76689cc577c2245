import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '@skep/testbed'

/** BIRD on a host, in the foreground until it is disposed of. Throws where it does not take the configuration. */
export function bird(host: Host, folder: string, text: string): Disposable {
  const file = join(folder, `${host.name}.conf`)
  writeFileSync(file, text)
  const { status, stderr } = spawnSync('bird', ['-p', '-c', file], { encoding: 'utf8' })
  if (status !== 0 || stderr !== '') throw new Error(stderr)
  const child = host.spawn('bird', ['-f', '-c', file, '-s', join(folder, `${host.name}.ctl`)], { stdio: 'ignore' })
  return { [Symbol.dispose]: () => void child.kill('SIGTERM') }
}
