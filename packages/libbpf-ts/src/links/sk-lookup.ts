import { closeSync, openSync } from 'node:fs'
import { BpfError } from '../errors.ts'
import { AttachType } from '../sys/link.ts'
import { attach, type Attachable } from './attach.ts'
import type { Link } from './link.ts'

export interface SkLookupOptions {
  /** A network namespace's file, `/run/netns/<name>`; default: this thread's. */
  readonly netns?: string
}

/**
 * Attaches a program that picks the listening socket for packets of a network namespace.
 *
 * Errors: NOT_FOUND. Minimum kernel 5.9. `bpftool` only lists it: `bpftool link show`.
 */
export function attachSkLookup(program: Attachable, options: SkLookupOptions = {}): Link {
  const operation = 'attachSkLookup'
  const path = options.netns ?? '/proc/thread-self/ns/net'
  const target = openNamespace(path, operation)
  try {
    const place = `sk_lookup of network namespace ${options.netns ?? 'of this thread'}`
    const request = { target, attachType: AttachType.skLookup }
    return attach(program, { operation, feature: 'sk-lookup', place, request })
  } finally {
    closeSync(target)
  }
}

function openNamespace(path: string, operation: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    throw new BpfError('NOT_FOUND', operation, `network namespace ${path}: ${String(cause)}`, { cause })
  }
}
