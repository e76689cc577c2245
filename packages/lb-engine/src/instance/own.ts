import { LbError } from '../error.ts'
import { specTerms, type Terms } from '../model/terms.ts'
import { LockedError, lockFolder } from './lock.ts'
import type { InstancePaths } from './paths.ts'
import { readOwner } from './process.ts'

/**
 * Makes this process the only one that works on the instance: its pins and its run folder, whichever of the two another
 * process shares. Throws an error that names the other process.
 */
export function ownInstance(paths: InstancePaths, { anotherInstance }: Terms = specTerms): Disposable {
  using stack = new DisposableStack()
  try {
    // A moment of patience: `status` holds the lock while it looks whether somebody has it.
    stack.use(lockFolder(paths.run, { waitSeconds: 2 }))
    stack.use(lockFolder(paths.pins, { waitSeconds: 2 }))
  } catch (error) {
    if (!(error instanceof LockedError)) throw error
    const owner = readOwner(paths)
    const who =
      owner?.alive === true ? `process ${owner.pid} (${owner.config}, since ${owner.since})` : 'another process'
    const or = anotherInstance === undefined ? '' : `, or give this one a name of its own with ${anotherInstance}`
    const message = `instance ${JSON.stringify(paths.instance)} belongs to ${who}; end that one first${or}`
    throw new LbError('BUSY', message, { cause: error })
  }
  return stack.move()
}
