import { unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { BpfError, invalidInput, kernelRefusal, type BpfErrorDetails } from './errors.ts'
import { isMounted } from './file-systems.ts'
import { makeFolder } from './folders.ts'
import type { Handle } from './handle.ts'
import { pinObject } from './sys/object.ts'

/** Pins what `handle` holds at `path` in a bpffs; folders on the way are made. */
export function pin(handle: Handle, path: string): void {
  const operation = `${handle.kind}.pin`
  makeFolder(dirname(path), operation)
  const status = pinObject(handle.fd, path)
  if (status === 0) return
  throw kernelRefusal(operation, status, `${handle.kind} "${handle.name}" at ${path}`, hintFor(path, status))
}

const EEXIST = -17

function hintFor(path: string, status: number): BpfErrorDetails {
  if (!isMounted('bpf', dirname(path))) return { hint: `${dirname(path)} is in no bpffs: call mountBpffs() first` }
  if (status === EEXIST) return { hint: 'something is pinned there: open that, or unpin it first' }
  return {}
}

/** Removes a pin. */
export function unpin(handle: Handle, path: string | undefined): void {
  const operation = `${handle.kind}.unpin`
  if (path === undefined)
    throw invalidInput(operation, `${handle.kind} "${handle.name}" was not pinned by this handle; say which path`)
  try {
    unlinkSync(path)
  } catch (cause) {
    throw new BpfError('NOT_FOUND', operation, `${path}: ${String(cause)}`, { cause })
  }
}
