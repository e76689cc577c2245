import { addon } from './addon.ts'
import { Attr, cString } from './attr.ts'
import { Command } from './commands.ts'

/** BPF_OBJ_PIN. */
export function pinObject(fd: number, path: string): number {
  return addon().bpf(Command.objectPin, new Attr(16).u32(8, fd).bytes, 0, cString(path))
}

/** BPF_OBJ_GET: an fd, or a negative errno. */
export function openPinned(path: string): number {
  return addon().bpf(Command.objectGet, new Attr(16).bytes, 0, cString(path))
}

/** BPF_*_GET_FD_BY_ID: an fd, or a negative errno. */
export function openById(kind: 'map' | 'program' | 'link' | 'btf', id: number): number {
  const command = { map: Command.mapById, program: Command.programById, link: Command.linkById, btf: Command.btfById }
  return addon().bpf(command[kind], new Attr(12).u32(0, id).bytes)
}

/**
 * BPF_OBJ_GET_INFO_BY_FD: `info` receives the kernel's structure, as much of it as fits; what is newer than the
 * kernel stays 0. The kernel also fills `array`, which the structure points to at `offset`.
 */
export function readInfo(fd: number, info: Uint8Array, offset?: number, array?: Uint8Array): number {
  return array === undefined ? addon().info(fd, info) : addon().info(fd, info, offset, array)
}
