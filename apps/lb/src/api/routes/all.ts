import { z } from 'zod'
import type { ApiContext } from '../context.ts'
import { describe } from '../openapi.ts'
import { ok, type Route, route } from '../route.ts'
import { bgpRoutes } from './bgp.ts'
import { ciliumRoutes } from './cilium.ts'
import { configRoutes } from './config.ts'
import { connectionRoutes } from './connections.ts'
import { drainRoutes } from './drains.ts'
import { explainRoutes } from './explain.ts'
import { healthRoutes } from './health.ts'
import { planRoutes } from './plan.ts'
import { resourceRoutes } from './resources.ts'

/** Every path of the API. */
export function allRoutes(context: ApiContext): Route[] {
  let description: object | undefined
  const routes: Route[] = [
    ...healthRoutes(context),
    ...configRoutes(context),
    ...resourceRoutes(context),
    ...bgpRoutes(context.controller),
    ...connectionRoutes(context),
    ...drainRoutes(context),
    ...explainRoutes(context),
    ...planRoutes(),
    ...ciliumRoutes(context.controller),
    route({
      method: 'GET',
      path: '/openapi.json',
      summary: 'this description (OpenAPI 3.1)',
      answers: { 200: { description: 'The description', schema: z.record(z.string(), z.unknown()) } },
      handle: () => ok((description ??= describe(routes))),
    }),
  ]
  return routes
}
