export * from './pod_tc.gen.ts'
export { podVerdicts } from './pod-verdicts.gen.ts'
export { type PodVerdictInfo, type PodVerdictName, podVerdictsByIndex } from './pod-verdicts.ts'
