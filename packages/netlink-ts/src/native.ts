import { createRequire } from 'node:module'
import type { Handle } from './native-handle.ts'

/** The addon's functions. What they return is what they promise, or `-errno`. */
export interface Native {
  open(protocol: number, namespaceFd: number, nonBlocking: number): number
  close(fd: number): number
  bind(fd: number): number
  setOption(fd: number, level: number, name: number, value: number): number
  getOption(fd: number, level: number, name: number): number
  setTimeout(fd: number, milliseconds: number): number
  send(fd: number, bytes: Uint8Array, length: number): number
  receive(fd: number, buffer: Uint8Array, wait: number): number
  pollStart(fd: number, callback: () => void): Handle | number
  pollStop(handle: Handle): number
  currentNamespace(): number
  createNamespace(): number
  openNamespace(path: string): number
  runInNamespace<T>(fd: number, fn: () => T): T | number
  nameNamespace(fd: number, path: string): number
  unnameNamespace(path: string): number
  namespaceOfSocket(fd: number): number
  namespaceCookie(fd: number): bigint | number
}

/** The one door of this package to the kernel. */
export const native: Native = createRequire(import.meta.url)(
  `../prebuilds/linux-${process.arch}/netlink-ts.node`,
) as Native
