import { rmSync } from 'node:fs'
import type { Decap } from '@skep/datapath/decap'
import { BpfError, Link, type Program } from 'libbpf-ts'
import { type XdpMode, xdpModesFor } from '../devices/plan.ts'
import { LbError } from '../error.ts'
import type { InstancePaths } from '../instance/paths.ts'
import type { DecapSpec } from './config.ts'
import { hookPin } from './pins.ts'
import type { Hook, HookStep } from './plan.ts'
import { attachTraffic, detachFilter, isFilter, noted, openFilter, pinned } from './traffic.ts'

/** Every hook that has one of the instance's programs, or had one until its device went. */
export function presentHooks(paths: InstancePaths): Hook[] {
  return [...pinned(paths), ...noted(paths)]
}

/** Carries out one step; says how a hook was attached, and why not in a faster way. */
export function applyHookStep(
  { do: what, hook }: HookStep,
  paths: InstancePaths,
  programs: Decap['programs'],
  { acceleration }: DecapSpec,
): string | undefined {
  const program = programOf(hook, programs)
  if (what === 'detach') return detachHook(paths, hook)
  if (what === 'update') return update(paths, hook, program)
  if (hook.kind === 'tc') return `${hook.device}: ${hook.direction} by ${attachTraffic(paths, program, hook)}`
  return attachXdp(paths, program, hook, acceleration === 'tc' ? ['native'] : xdpModesFor(acceleration))
}

/** Takes a program off its hook. */
export function detachHook(paths: InstancePaths, hook: Hook): string | undefined {
  if (isFilter(paths, hook)) detachFilter(paths, hook)
  else {
    const pin = hookPin(paths, hook.device, hook.direction)
    using link = Link.open(pin)
    if (link.info().ifindex !== 0) link.detach()
    rmSync(pin)
  }
  return `${hook.device}: ${hook.direction}: program taken off`
}

function update(paths: InstancePaths, hook: Hook, program: Program): undefined {
  if (isFilter(paths, hook)) {
    using filter = openFilter(hook)
    filter?.update(program)
    return
  }
  using link = Link.open(hookPin(paths, hook.device, hook.direction))
  link.update(program)
}

function attachXdp(paths: InstancePaths, program: Program, hook: Hook, modes: readonly XdpMode[]): string {
  const reasons: string[] = []
  for (const mode of modes) {
    try {
      using link = program.attachXdp({ ifindex: hook.index, mode })
      link.pin(hookPin(paths, hook.device, hook.direction))
      return [`${hook.device}: in by XDP, ${mode}`, ...reasons].join('; ')
    } catch (error) {
      if (!(error instanceof BpfError)) throw error
      reasons.push(error.message)
    }
  }
  throw new LbError(
    'CANNOT_ATTACH',
    `${hook.device}: ${reasons.join('; ')}; leave it out of spec.devices, or write acceleration: tc`,
  )
}

function programOf({ direction, kind, entersPod = false }: Hook, programs: Decap['programs']): Program {
  if (direction === 'out') return entersPod ? programs.decapIngress : programs.decapEgress
  return kind === 'xdp' ? programs.decapXdp : programs.decapIngress
}
