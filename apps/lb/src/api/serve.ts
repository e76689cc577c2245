import type { Logger } from '@skep/daemon'
import type { Controller } from '../controller/controller.ts'
import type { InstancePaths } from '../instance/paths.ts'
import type { Route } from './route.ts'
import { allRoutes } from './routes/all.ts'
import { ciliumRoutes } from './routes/cilium.ts'
import { ApiServer } from './server.ts'

export interface Served {
  readonly paths: InstancePaths
  readonly controller: Controller
  readonly log: Logger
  /** The text that Prometheus reads. */
  readonly metrics: () => Promise<string>
}

/** Serves the API of a running instance. Where it cannot, that is said; the traffic is served all the same. */
export async function serveApi(
  { paths, controller, log, metrics }: Served,
  { ciliumSocket }: { readonly ciliumSocket?: string | undefined } = {},
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const open = async (path: string, routes: readonly Route[]) => {
    try {
      stack.use(await ApiServer.open(path, routes, log))
    } catch (error) {
      log.error({ path, err: error }, `the API cannot be served: ${(error as Error).message}`)
    }
  }
  await open(paths.api, allRoutes({ paths, controller, metrics }))
  if (ciliumSocket !== undefined) await open(ciliumSocket, ciliumRoutes(controller))
  return stack.move()
}
