import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { modulesFolder } from '../kernels/cache.ts'
import type { ChosenKernel } from '../kernels/choose.ts'
import { insertionOrder } from '../kernels/modules.ts'
import { cpio, type CpioFile } from './cpio.ts'
import { projectFiles } from './project.ts'

/** What it takes to see the host's root: the bus, 9p, and the layer in memory above it. */
const NEEDED = ['virtio_pci', '9pnet_virtio', '9p', 'overlay']

/** The shell and tools of the initial file system. */
export const BUSYBOX = '/bin/busybox'

/**
 * The initial file system of a virtual machine: `guest/init`, busybox, modules in the order to insert them, and the
 * project. It is not compressed: that would cost more time, emulated, than it saves.
 */
export async function initramfs(kernel: ChosenKernel, root: string): Promise<Buffer> {
  const folder = modulesFolder(kernel)
  const modules = insertionOrder(readFileSync(join(folder, 'modules.dep'), 'utf8'), NEEDED)
  const files: CpioFile[] = [
    { path: 'init', data: readFileSync(new URL('../guest/init', import.meta.url)), kind: 'program' },
    { path: 'bin/busybox', data: readFileSync(BUSYBOX), kind: 'program' },
    { path: 'modules/order', data: Buffer.from(modules.map((path) => `${basename(path)}\n`).join('')) },
    ...modules.map((path) => ({ path: `modules/${basename(path)}`, data: readFileSync(join(folder, path)) })),
    { path: 'place', data: Buffer.from(`${root}\n`) },
  ]
  return cpio([...files, ...(await projectFiles(root, 'project'))])
}
