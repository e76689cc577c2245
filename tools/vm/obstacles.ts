import { existsSync, readFileSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { delimiter, join } from 'node:path'
import { BUSYBOX } from './boot/initramfs.ts'

const PROGRAMS: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  depmod: 'kmod',
  xz: 'xz-utils',
  dpkg: 'dpkg',
  setpriv: 'util-linux',
}

/** Why no virtual machine can run here; undefined when one can. */
export function obstacle(): string | undefined {
  if (platform() !== 'linux' || arch() !== 'x64')
    return `Debian's amd64 kernels boot on Linux on x86-64 only, this is ${platform()} on ${arch()}`
  const missing = Object.entries(PROGRAMS).find(([program]) => !inPath(program))
  if (missing) return `there is no ${missing[0]} (Debian: apt-get install ${missing[1]})`
  return whyNoBusybox()
}

/** It runs before anything else is there, so it must need no libraries. */
function whyNoBusybox(): string | undefined {
  const packaged = 'Debian: apt-get install busybox-static'
  if (!existsSync(BUSYBOX)) return `there is no ${BUSYBOX} (${packaged})`
  return readFileSync(BUSYBOX).includes('/ld-linux') ? `${BUSYBOX} needs libraries (${packaged})` : undefined
}

function inPath(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/sbin', '/usr/sbin']
  return folders.some((folder) => existsSync(join(folder, program)))
}
