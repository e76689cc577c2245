import { readFileSync } from 'node:fs'
import type { BpfErrorDetails } from '../errors.ts'

const EPERM = -1
const HINT = 'the map is frozen: user space may only read it, until it is made anew'

/** What to say of a write that the kernel did not permit: it gives a frozen map the same errno as a missing right. */
export function frozenHint(fd: number, status: number): BpfErrorDetails {
  return status === EPERM && isFrozen(fd) ? { hint: HINT } : {}
}

/** Linux 5.2 has a line for it; before, nothing can be frozen. */
function isFrozen(fd: number): boolean {
  try {
    return /^frozen:\s*1$/m.test(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))
  } catch {
    return false // no /proc here: then the errno has to do
  }
}
