import { decapVerdicts } from './decap-verdicts.gen.ts'

/** What can become of a packet on a backend: the enumerators of `enum decap_verdict`, without their prefix. */
export type DecapVerdictName = keyof typeof decapVerdicts

/** One outcome of the programs on a backend, as its counter counts it. */
export interface DecapVerdictInfo {
  readonly name: DecapVerdictName
  readonly action: 'PASS' | 'DROP'
  readonly description: string
}

const names = Object.keys(decapVerdicts) as DecapVerdictName[]

/** By counter index. Index 0 is no outcome, and has none. */
export const decapVerdictsByIndex: readonly (DecapVerdictInfo | undefined)[] = [
  undefined,
  ...names.map((name) => ({ name, ...decapVerdicts[name] })),
]
