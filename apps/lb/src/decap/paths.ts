import type { InstanceOptions } from '@skep/lb-engine'
import { instancePaths, type InstancePaths } from '../instance/paths.ts'

/** No instance's name holds a plus: a load balancer and a backend of the same name keep out of each other's way. */
const SUFFIX = '+decap'

/** Where a backend keeps what: as an instance of the load balancer, in folders of its own. */
export function decapPaths(options: InstanceOptions): InstancePaths {
  const lb = instancePaths(options)
  const own = (path: string): string =>
    [lb.pins, lb.run].reduce(
      (moved, folder) => (isBelow(moved, folder) ? moved.replace(folder, folder + SUFFIX) : moved),
      path,
    )
  return Object.fromEntries(Object.entries(lb).map(([key, path]: [string, string]) => [key, own(path)])) as {
    [Key in keyof InstancePaths]: string
  }
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
