import { podVerdicts } from './pod-verdicts.gen.ts'

/** What can become of a packet at a pod's device: the enumerators of `enum pod_verdict`, without their prefix. */
export type PodVerdictName = keyof typeof podVerdicts

/** One outcome at a pod's device, as its counter counts it. BACK: given back to the pod. */
export interface PodVerdictInfo {
  readonly name: PodVerdictName
  readonly action: 'PASS' | 'BACK' | 'DROP'
  readonly description: string
}

const names = Object.keys(podVerdicts) as PodVerdictName[]

/** By counter index. Index 0 is no outcome, and has none. */
export const podVerdictsByIndex: readonly (PodVerdictInfo | undefined)[] = [
  undefined,
  ...names.map((name) => ({ name, ...podVerdicts[name] })),
]
