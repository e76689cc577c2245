import { createRequire } from 'node:module'
import type { Handle } from './native-handle.ts'

/** The addon's functions. What they return is what they promise, or `-errno`. */
export interface Native {
  open(family: number, type: number, protocol: number, namespaceFd: number): number
  close(fd: number): number
  bind(fd: number, address: Uint8Array): number
  setOption(fd: number, level: number, name: number, value: Uint8Array): number
  getOption(fd: number, level: number, name: number, buffer: Uint8Array): number
  localName(fd: number, name: Uint8Array): number
  connect(fd: number, address: Uint8Array): number
  listen(fd: number, backlog: number): number
  accept(fd: number, from: Uint8Array): number
  release(fd: number): number
  send(fd: number, bytes: Uint8Array, to: Uint8Array, control: Uint8Array): number
  receive(fd: number, buffer: Uint8Array, from: Uint8Array, control: Uint8Array, lengths: Uint8Array): number
  attachFilter(fd: number, program: Uint8Array): number
  scheduleRealtime(priority: number): number
  pollStart(fd: number, callback: () => void): Handle | number
  pollStartWritable(fd: number, callback: () => void): Handle | number
  pollStop(handle: Handle): number
}

/** The one door of this package to the kernel. */
export const native: Native = createRequire(import.meta.url)(
  `../prebuilds/linux-${process.arch}/sockets-ts.node`,
) as Native
