import { fewPaths } from '../test/few-paths.ts'
import { hookOfRuns } from '../test/hook.ts'

fewPaths(`a few paths, at ${hookOfRuns}`, { hook: hookOfRuns })
