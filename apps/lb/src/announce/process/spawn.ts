import { nodeCommand, spawnCompanion } from '@skep/companion'
import type { InstancePaths } from '../../instance/paths.ts'

/** Starts an announcer that outlives this process, and waits until it listens, or ends because another one does. */
export function spawnAnnouncer(paths: InstancePaths): Promise<void> {
  return spawnCompanion({
    what: 'announcer',
    socket: paths.announcer,
    command: nodeCommand(import.meta.url, './main'),
    args: ['--socket', paths.announcer, '--folder', paths.announcing, '--links', paths.links],
  })
}
