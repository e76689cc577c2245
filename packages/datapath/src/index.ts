export { verdicts } from './verdicts.gen.ts'
export { type VerdictAction, type VerdictInfo, type VerdictName, verdictsByIndex } from './verdicts.ts'
export { type Lack, lacksOfKernel, objectFor } from './kernel.ts'
