import { fewPaths } from '../test/few-paths.ts'
import { objectFor } from './kernel.ts'

/** Whatever this kernel has. */
const old = (name: string): string => objectFor(name).replace(/objects\/(?=lb_)/, 'objects/old/')

fewPaths('a few paths by the object for Linux before 5.12, at xdp', { hook: 'xdp', object: old('lb_xdp') })
fewPaths('a few paths by the object for Linux before 5.12, at tc', { hook: 'tc', object: old('lb_tc') })
