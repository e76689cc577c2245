import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Compiles `load.c` into a folder. */
export function compileLoad(folder: string): string {
  const program = join(folder, 'load')
  const source = fileURLToPath(new URL('load.c', import.meta.url))
  const { status, stderr } = spawnSync('cc', ['-O2', '-Wall', '-o', program, source], { encoding: 'utf8' })
  if (status === 0) return program
  throw new Error(`cc ${source}: ${stderr}`)
}
