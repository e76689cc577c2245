export type { Origin, SourceDocument } from './document.ts'
export { parseDocument } from './document.ts'
export type { Finding, Path, Problem } from './problem.ts'
export { ConfigError, count, formatPath, formatProblem, show, wrong } from './problem.ts'
