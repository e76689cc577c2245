import { existsSync, readFileSync } from 'node:fs'
import { Handle } from '../handle.ts'
import { MAP_TYPES } from '../maps/types.ts'
import { PROGRAM_TYPES } from '../program/types.ts'
import { Attr } from '../sys/attr.ts'
import { AttachType, createLink } from '../sys/link.ts'
import { createMap, lookupBatch } from '../sys/map.ts'
import { loadProgram, runProgram, type RunProgram } from '../sys/program.ts'
import { assemble, returning, type Instruction } from './instructions.ts'

/*
 * Ways to ask the kernel that change nothing. Each answers 0 and more, or a negative errno.
 */

type MapName = keyof typeof MAP_TYPES
type ProgramName = keyof typeof PROGRAM_TYPES

const EINVAL = -22
/** No process has this fd. */
export const NO_FD = 0x7fff_fff0
const FRAME = new Uint8Array(64)

/** Runs `use` on the fd and closes it; a negative errno goes through. */
export function onFd(fd: number, use: (fd: number) => number): number {
  if (fd < 0) return fd
  using handle = new Handle('program', fd, 'probe')
  return use(handle.fd)
}

export function onMap(type: MapName, flags: number, use: (fd: number) => number): number {
  const map = { type: MAP_TYPES[type], keySize: 4, valueSize: 8, maxEntries: 1, flags, name: 'probe' }
  return onFd(createMap(map), use)
}

export function load(type: ProgramName, code: readonly Instruction[], use: (fd: number) => number = Number): number {
  const attachType = type === 'sk_lookup' ? AttachType.skLookup : undefined
  return onFd(loadProgram({ type: PROGRAM_TYPES[type], attachType, instructions: assemble(code) }), use)
}

/** A link to a target that does not exist: the kernel gets that far only if it knows the kind. */
export function nowhere(type: ProgramName, attachType: number, target: number): number {
  return load(type, returning(1), (program) => createLink({ program, target, attachType }))
}

export function run(type: ProgramName, options: Partial<RunProgram>): number {
  const rest = {
    data: FRAME,
    dataOut: null,
    context: null,
    contextOut: null,
    repeat: 1,
    flags: 0,
    cpu: 0,
    batchSize: 0,
  }
  return load(type, returning(2), (fd) => runProgram({ ...rest, ...options, fd }).status)
}

/** `struct xdp_md` for a packet of FRAME's size. */
export function xdpMd(): Uint8Array {
  return new Attr(24).u32(4, FRAME.byteLength).bytes
}

export function firstBatch(fd: number): number {
  return lookupBatch(fd, null, new Uint8Array(8), new Uint8Array(4), new Uint8Array(1 << 13), 1, false).status
}

export const VMLINUX_BTF = '/sys/kernel/btf/vmlinux'
const ENOSYS = -38

/** Attaching would be the only question to ask, and that changes a device: the kernel's own types answer it too. */
export function xdpLink(): number {
  if (!existsSync(VMLINUX_BTF)) return ENOSYS
  return readFileSync(VMLINUX_BTF).includes('\0bpf_xdp_link\0') ? 0 : EINVAL
}
