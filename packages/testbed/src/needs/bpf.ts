import { statfsSync } from 'node:fs'
import { openObject } from 'libbpf-ts'
import { xdpPassObject } from '../topology/xdp-pass.ts'

const BPF_FS_MAGIC = 0xcafe_4a11

/** Tries: loads the smallest program there is, and looks for a bpffs. `undefined` when both are there. */
export function whyNoBpf(): string | undefined {
  try {
    using object = openObject(xdpPassObject)
    using _ = object.load()
  } catch (error) {
    return (error as Error).message
  }
  return isBpffs('/sys/fs/bpf') ? undefined : 'no bpffs at /sys/fs/bpf: mount -t bpf bpf /sys/fs/bpf'
}

function isBpffs(path: string): boolean {
  try {
    return statfsSync(path).type === BPF_FS_MAGIC
  } catch {
    return false
  }
}
