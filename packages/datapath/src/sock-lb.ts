export * from './sock_lb.gen.ts'
export { sockVerdicts } from './sock-verdicts.gen.ts'
export { type SockVerdictInfo, type SockVerdictName, sockVerdictsByIndex } from './sock-verdicts.ts'
