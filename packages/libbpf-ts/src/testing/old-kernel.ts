import { addon, replaceAddon } from '../sys/addon.ts'

/** What bpf(2) is asked: the command and its attributes. */
export type Refuses = (command: number, attr: DataView) => number | undefined

/** This kernel, but for what `refuses` answers with a negative errno: how an older one would. Until disposed of. */
export function olderKernel(refuses: Refuses): Disposable {
  const real = addon()
  return replaceAddon({
    ...real,
    bpf(command, attr, ...pointers) {
      const view = new DataView(attr.buffer, attr.byteOffset, attr.byteLength)
      return refuses(command, view) ?? real.bpf(command, attr, ...pointers)
    },
  })
}
