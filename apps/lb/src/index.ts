export type { Acceleration, Backend, Capacity, Config, Frontend, Service, Snat } from './config/config.ts'
export { loadConfig, parseConfig } from './config/load.ts'
export { ConfigError, formatProblem, type Problem } from '@skep/config-file'
