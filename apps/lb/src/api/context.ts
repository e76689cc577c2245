import type { Controller } from '../controller/controller.ts'
import { openInstance, type OpenInstance } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { HttpProblem } from './problem.ts'

/** What the routes work with. */
export interface ApiContext {
  readonly paths: InstancePaths
  readonly controller: Controller
  /** The text that Prometheus reads. */
  readonly metrics: () => Promise<string>
}

/** The tables, opened for as long as the work takes. */
export async function reading<T>({ paths }: ApiContext, work: (open: OpenInstance) => T | Promise<T>): Promise<T> {
  using open = openInstance(paths)
  if (open === undefined) throw new HttpProblem(503, 'nothing is installed; it was taken off while this process runs')
  return await work(open)
}
