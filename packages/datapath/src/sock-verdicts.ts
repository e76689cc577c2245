import { sockVerdicts } from './sock-verdicts.gen.ts'

/** What can become of a socket's system call: the enumerators of `enum sock_verdict`, without their prefix. */
export type SockVerdictName = keyof typeof sockVerdicts

/** One outcome of socket load balancing, as its counter counts it. */
export interface SockVerdictInfo {
  readonly name: SockVerdictName
  readonly action: 'PASS' | 'REFUSE'
  readonly description: string
}

const names = Object.keys(sockVerdicts) as SockVerdictName[]

/** By counter index. Index 0 is no outcome, and has none. */
export const sockVerdictsByIndex: readonly (SockVerdictInfo | undefined)[] = [
  undefined,
  ...names.map((name) => ({ name, ...sockVerdicts[name] })),
]
