import { errnoName } from '../errno.ts'

/** What a probe found out: the kernel has it, has it not (it came with `since`), or could not be asked. */
export type ProbeAnswer =
  | { readonly supported: true }
  | { readonly supported: false; readonly since: string }
  | { readonly supported: 'unknown'; readonly why: string }

/** An answer from an errno: what a kernel that has the feature says, and what one that lacks it says. */
export interface Expected {
  readonly yes: readonly string[]
  readonly no: readonly string[]
}

/** `result`: 0 and more for success, which is always a yes. */
export function answerOf(result: number, { yes, no }: Expected, since: string): ProbeAnswer {
  const errno = errnoName(result)
  if (result >= 0 || yes.includes(errno)) return { supported: true }
  if (no.includes(errno)) return { supported: false, since }
  return { supported: 'unknown', why: reason(errno) }
}

function reason(errno: string): string {
  return errno === 'EPERM' || errno === 'EACCES' ? `${errno}: probing takes root` : `the kernel answered ${errno}`
}
