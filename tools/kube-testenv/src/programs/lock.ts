import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './programs.ts'

const HELD = 'SKEP_CONTROL_PLANE_LOCK'

/** Whether this process runs under the lock of builds. */
export function holdsLock(): boolean {
  return process.env[HELD] === '1'
}

/**
 * Runs this very program again under a lock of the machine (`flock`, which the kernel takes back however the holder
 * ends), waiting for whoever holds it. Returns its exit code.
 */
export function runUnderLock(say: (line: string) => void): number {
  mkdirSync(cacheFolder(), { recursive: true })
  const file = join(cacheFolder(), 'lock')
  if (spawnSync('flock', ['-n', file, 'true']).status === 1) say('another build is under way; waiting for it')
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const { status, error } = spawnSync('flock', [file, ...command], {
    stdio: 'inherit',
    env: { ...process.env, [HELD]: '1' },
  })
  if (error) throw new Error('flock is missing (Debian: util-linux)', { cause: error })
  return status ?? 1
}
