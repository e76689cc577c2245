import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { LbError } from '../../error.ts'
import type { InstancePaths } from '../../instance/paths.ts'

/** Starts an announcer that outlives this process, and waits until it listens, or ends because another one does. */
export async function spawnAnnouncer(paths: InstancePaths): Promise<void> {
  const fromSource = import.meta.filename.endsWith('.ts')
  const main = fileURLToPath(new URL(fromSource ? './main.ts' : './main.js', import.meta.url))
  const flags = fromSource ? ['--conditions=@skep/source', '--disable-warning=ExperimentalWarning'] : []
  const args = ['--socket', paths.announcer, '--folder', paths.announcing, '--links', paths.links]
  const child = spawn(process.execPath, [...flags, main, ...args], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  try {
    await ready(child)
  } finally {
    child.removeAllListeners().on('error', () => {})
    if (child.connected) child.disconnect()
    child.unref()
  }
}

async function ready(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit').then(([code, signal]) => {
    if (code !== 0)
      throw new LbError('SYSTEM', `the announcer ended at once (${signal ?? `exit status ${String(code)}`})`)
  })
  await Promise.race([once(child, 'message'), exited])
  exited.catch(() => {})
}
