import { rmSync } from 'node:fs'
import { ownName } from '@skep/testbed'
import { probe } from '../probe/probe.ts'
import { loadTestObject } from './load.ts'

/** A frame of zeros: what test runs take as a packet. */
export function frame(length = 64): Uint8Array {
  return new Uint8Array(length)
}

/** A u32 or u64 global variable's bytes as a number. */
export function numberOf(bytes: Uint8Array, index = 0, size: 4 | 8 = 8): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return size === 4 ? view.getUint32(index * 4, true) : Number(view.getBigUint64(index * 8, true))
}

export function u32Bytes(value: number): Uint8Array {
  return new Uint8Array(new Uint32Array([value]).buffer)
}

let folders = 0

/** A folder in the bpffs that is empty now and gone when disposed of. */
export function pinFolder(): Disposable & { readonly path: string } {
  const path = `/sys/fs/bpf/${ownName('libbpf-ts-test')}-${process.hrtime.bigint()}-${folders++}`
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** How often each program of `hooks.bpf.c` ran. */
export const HOOKS = {
  xdp: 0,
  tcFirst: 1,
  tcSecond: 2,
  connect: 3,
  egress: 4,
  tracepoint: 5,
  uprobe: 6,
  skLookup: 7,
} as const

/** They read their cookie, which came with links for them (Linux 5.15). */
const WITH_COOKIES = ['on_exec', 'on_call']

/** `hooks.bpf.o`, loaded as far as this kernel can, with its counters. */
export function hooks(): ReturnType<typeof loadTestObject> & { runs(hook: keyof typeof HOOKS): number } {
  const loaded = loadTestObject('hooks.bpf.o', ({ programs }) => {
    if (probe.feature('perf-event-link').supported === false)
      for (const name of WITH_COOKIES) programs.get(name)!.autoload = false
  })
  const runs = (hook: keyof typeof HOOKS): number => numberOf(loaded.getVariable('runs'), HOOKS[hook])
  return Object.assign(loaded, { runs })
}
