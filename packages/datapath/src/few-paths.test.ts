import { fewPaths, hookOfRuns } from '../test/few-paths.ts'

fewPaths(`a few paths, at ${hookOfRuns}`, { hook: hookOfRuns })
