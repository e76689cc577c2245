import { nodeCommand } from '@skep/companion'

/**
 * Program and first arguments of the BFD process: this Node, and this package's own main module. V8 does everything in the
 * thread that sends: its helpers are not real-time, and on a busy host that thread would wait for them.
 */
export function bfdCommand(): string[] {
  const [node, ...args] = nodeCommand(import.meta.url, './main')
  return [node!, '--single-threaded', ...args]
}
