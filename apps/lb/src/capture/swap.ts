import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BpfError, Link, Program } from 'libbpf-ts'
import { programPin } from '../datapath/pin.ts'
import { hookOfLinkPin, type InstancePaths } from '../instance/paths.ts'

/**
 * Puts a program in the place of the load balancer's on every device that it is on, atomically: no packet goes by in
 * between. Disposing of it puts back what is pinned then, where the program still is.
 */
export function swapIn(paths: InstancePaths, program: Program): { readonly devices: number } & Disposable {
  using stack = new DisposableStack()
  stack.defer(() => putBack(paths, program))
  let devices = 0
  for (const link of openLinks(paths)) {
    using held = link
    if (held.info().ifindex === 0) continue
    held.update(program)
    devices++
  }
  const owned = stack.move()
  return { devices, [Symbol.dispose]: () => owned.dispose() }
}

/** `run` may have put a newer program in place meanwhile, `uninstall` may have taken all of it off: both are right. */
function putBack(paths: InstancePaths, program: Program): void {
  if (!existsSync(programPin(paths))) return
  using own = Program.open(programPin(paths))
  const { id } = program.info()
  for (const link of openLinks(paths)) {
    using held = link
    const { ifindex, programId } = held.info()
    if (ifindex === 0 || programId !== id) continue
    try {
      held.update(own, { expected: program })
    } catch (error) {
      if (!(error instanceof BpfError) || (error.code !== 'BUSY' && error.code !== 'NOT_FOUND')) throw error
    }
  }
}

/** Those at XDP: what tc sees, `tcpdump` sees too. */
function openLinks(paths: InstancePaths): Link[] {
  if (!existsSync(paths.links)) return []
  return readdirSync(paths.links)
    .filter((pin) => hookOfLinkPin(pin) === 'xdp')
    .map((pin) => Link.open(join(paths.links, pin)))
}
