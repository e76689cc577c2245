export type { Family } from './wire/family.ts'
