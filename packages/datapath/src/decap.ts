export * from './decap.gen.ts'
export { decapVerdicts } from './decap-verdicts.gen.ts'
export { type DecapVerdictInfo, type DecapVerdictName, decapVerdictsByIndex } from './decap-verdicts.ts'
