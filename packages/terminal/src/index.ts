export { age } from './age.ts'
export type { Alignment } from './table.ts'
export { table } from './table.ts'
