import { release } from 'node:os'

const [major = 0, minor = 0] = release().split('.').map(Number)

/** Whether a program chooses the error of a call that it refuses, at every hook (`bpf_set_retval`). */
export const choosesErrors: boolean = major > 6 || (major === 6 && minor >= 1)

/** What a refused call says: older kernels know one error. */
export function told(code: 'EADDRINUSE' | 'ECONNREFUSED' | 'EHOSTUNREACH'): string {
  return choosesErrors ? code : 'EPERM'
}
