import { closeSync, openSync, writeSync } from 'node:fs'

/** Where a capture goes. What is written is there: nothing is lost when this process is killed. */
export interface Sink extends Disposable {
  /** False: nobody reads any more. */
  write(data: string | Uint8Array): boolean
}

const STDOUT = 1

/** A new file, readable by its owner alone: packets are nobody else's business. `-`: standard output. */
export function openSink(path: string | undefined): Sink {
  const fd = path === undefined || path === '-' ? STDOUT : openSync(path, 'w', 0o600)
  return {
    write: (data) => writeAll(fd, typeof data === 'string' ? Buffer.from(data) : data),
    [Symbol.dispose]: () => {
      if (fd !== STDOUT) closeSync(fd)
    },
  }
}

function writeAll(fd: number, bytes: Uint8Array): boolean {
  let at = 0
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') return false
      // A pipe whose reader is slow: it is waited for, a moment at a time.
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
  return true
}
