import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Compiles `load/` into a folder. */
export function compileLoad(folder: string): string {
  const program = join(folder, 'load')
  const source = fileURLToPath(new URL('load', import.meta.url))
  const files = readdirSync(source).filter((name) => name.endsWith('.c'))
  const paths = files.map((name) => join(source, name))
  const { status, stderr } = spawnSync('cc', ['-O2', '-Wall', '-o', program, ...paths], { encoding: 'utf8' })
  if (status === 0) return program
  throw new Error(`cc ${source}: ${stderr}`)
}
