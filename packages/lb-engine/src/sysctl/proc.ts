import { closeSync, constants, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Kernel settings of the network namespace that this process is in. Keys are paths: `net/ipv4/conf/eth0/rp_filter`. */
export interface Settings {
  /** `undefined` where this kernel has no such setting. */
  read(key: string): string | undefined
  /** A setting that has gone, like that of a device that was removed, is passed over. */
  write(key: string, value: string): void
  list(key: string): string[]
}

/** The settings below `/proc/sys`. Equivalent to: `sysctl -n KEY`, `sysctl -w KEY=VALUE`. */
export function procSettings(root = '/proc/sys'): Settings {
  return {
    read: (key) => unlessMissing(() => readFileSync(join(root, key), 'utf8').trim()),
    // The kernel ignores a write of nothing: the line end is what empties a list. No O_CREAT: ENOENT is an answer.
    write: (key, value) => {
      unlessMissing(() => overwrite(join(root, key), `${value}\n`))
    },
    list: (key) => unlessMissing(() => readdirSync(join(root, key))) ?? [],
  }
}

/** As sysctl(8) writes it, which swaps dots and slashes: a VLAN's `eth0.100` becomes `eth0/100`. */
export function formatKey(key: string): string {
  return key.replaceAll(/[./]/g, (separator) => (separator === '/' ? '.' : '/'))
}

function overwrite(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_TRUNC)
  try {
    writeFileSync(fd, text)
  } finally {
    closeSync(fd)
  }
}

function unlessMissing<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
