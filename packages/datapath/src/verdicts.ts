import { verdicts } from './verdicts.gen.ts'

/** What can become of a packet: the enumerators of `enum verdict`, without their prefix. */
export type VerdictName = keyof typeof verdicts

/** What XDP did with the packet. */
export type VerdictAction = 'PASS' | 'TX' | 'REDIRECT' | 'DROP'

/** One outcome of the datapath, as its counter counts it. */
export interface VerdictInfo {
  readonly name: VerdictName
  readonly action: VerdictAction
  readonly description: string
}

const names = Object.keys(verdicts) as VerdictName[]

/** By counter index. Index 0 is no outcome, and has none. */
export const verdictsByIndex: readonly (VerdictInfo | undefined)[] = [
  undefined,
  ...names.map((name) => ({ name, ...verdicts[name] })),
]
