import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { SockLb } from '@skep/datapath/sock-lb'
import { Link } from 'libbpf-ts'
import { SockLbError } from './error.ts'
import { type ProgramName, programNames } from './programs.ts'

/**
 * Attaches each program to the cgroup, and pins its link. Where one is pinned already, its program is swapped in one
 * step; where that one is on another cgroup, the new one is attached before it is let go.
 */
export function attachAll(programs: SockLb['programs'], cgroup: string, folder: string): void {
  const id = cgroupId(cgroup)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const name of programNames) attach(programs, name, { cgroup, id, pin: join(folder, name) })
}

interface Place {
  readonly cgroup: string
  readonly id: bigint
  readonly pin: string
}

function attach(programs: SockLb['programs'], name: ProgramName, { cgroup, id, pin }: Place): void {
  if (!existsSync(pin)) {
    using link = programs[name].attachCgroup({ cgroup })
    link.pin(pin)
    return
  }
  using old = Link.open(pin)
  if (old.info().cgroupId === id) return old.update(programs[name])
  using link = programs[name].attachCgroup({ cgroup })
  old.unpin()
  link.pin(pin)
}

/** Takes the programs off, those that translate first. What is connected stays connected. */
export function detachAll(folder: string): void {
  for (const name of programNames.toReversed()) {
    const pin = join(folder, name)
    if (!existsSync(pin)) continue
    using link = Link.open(pin)
    link.detach()
    link.unpin()
  }
  if (existsSync(folder) && readdirSync(folder).length === 0) rmSync(folder, { recursive: true })
}

export function cgroupId(cgroup: string): bigint {
  try {
    return statSync(cgroup, { bigint: true }).ino
  } catch (cause) {
    throw new SockLbError(
      'CGROUP',
      'attach',
      `cgroup ${cgroup} is not there; @skep/cgroup finds the host's root`,
      cause,
    )
  }
}
