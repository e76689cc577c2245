import { existsSync } from 'node:fs'
import { BpfError, Program } from 'libbpf-ts'
import { type LinkHook, loadTc, openLive, programPin, readProgram } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'

/** What takes the load balancer's place on each hook. */
export type Stand = Readonly<Partial<Record<LinkHook, Program>>>

/** The hooks of the devices that packets meet the load balancer on, as they come in. */
export function hooksInUse(paths: InstancePaths): ReadonlySet<LinkHook> {
  const hooks = new Set<LinkHook>()
  for (const attached of openLive(paths)) {
    using held = attached
    if (held.hook !== 'out') hooks.add(held.hook)
  }
  return hooks
}

/**
 * Puts programs in the place of the load balancer's on every device that it is on, atomically: no packet goes by in
 * between. Disposing of it puts back what is installed then, where these programs still are.
 */
export function swapIn(paths: InstancePaths, programs: Stand): Disposable {
  using stack = new DisposableStack()
  const before = stack.use(new Before(paths))
  stack.defer(() => putBack(paths, programs, before))
  for (const attached of openLive(paths)) {
    using held = attached
    const program = programs[held.hook]
    if (program === undefined) continue
    if (held.hook === 'tc') before.hold(held.programId)
    held.update(program)
  }
  return stack.move()
}

/** The program for tc has no pin: it is kept while another one is in its place. */
class Before implements Disposable {
  readonly #paths: InstancePaths
  readonly #installed: number
  readonly #stack = new DisposableStack()
  #tc: Program | undefined
  #loaded: Program | undefined

  constructor(paths: InstancePaths) {
    this.#paths = paths
    this.#installed = installedId(paths)
  }

  hold(programId: number): void {
    this.#tc ??= this.#stack.use(Program.openById(programId))
  }

  /** Over the tables that are installed now: `run` may have put larger ones in place meanwhile. */
  tc(): Program {
    return this.#tc && installedId(this.#paths) === this.#installed ? this.#tc : (this.#loaded ??= this.#load())
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }

  #load(): Program {
    const settings = readProgram(programPin(this.#paths))!
    return this.#stack.use(loadTc(settings, [this.#paths.maps])).programs.lbTc
  }
}

function installedId(paths: InstancePaths): number {
  using own = Program.open(programPin(paths))
  return own.info().id
}

/** `run` may have put a newer program in place meanwhile, `uninstall` may have taken all of it off: both are right. */
function putBack(paths: InstancePaths, programs: Stand, before: Before): void {
  if (!existsSync(programPin(paths))) return
  using xdp = Program.open(programPin(paths))
  for (const attached of openLive(paths)) {
    using held = attached
    const expected = programs[held.hook]
    if (expected === undefined || held.programId !== expected.info().id) continue
    try {
      held.update(held.hook === 'tc' ? before.tc() : xdp, { expected })
    } catch (error) {
      if (!(error instanceof BpfError) || (error.code !== 'BUSY' && error.code !== 'NOT_FOUND')) throw error
    }
  }
}
