// Prints the description of the API: node --conditions=@skep/source apps/lb/test/print-openapi.ts > docs/skep-lb.openapi.json
import type { ApiContext } from '../src/api/context.ts'
import { describe } from '../src/api/openapi.ts'
import { allRoutes } from '../src/api/routes/all.ts'

console.log(JSON.stringify(describe(allRoutes({} as ApiContext)), undefined, 2))
