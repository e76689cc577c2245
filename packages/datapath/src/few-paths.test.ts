import { fewPaths } from '../test/few-paths.ts'

fewPaths('a few paths')
