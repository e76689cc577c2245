export type { Backend, BackendState, Member } from './model/backend.ts'
export type { Frontend, FrontendKind, Protocol, Scope, SourceRanges } from './model/frontend.ts'
