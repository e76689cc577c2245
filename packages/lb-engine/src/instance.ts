// What commands say an instance by, before anything of it is read: an entry of its own, which loads nothing else.
export { LbError, type LbErrorCode } from './error.ts'
export { defaultInstance, type InstanceOptions, type InstancePaths, instancePaths } from './instance/paths.ts'
