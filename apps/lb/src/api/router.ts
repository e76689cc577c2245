import { details, HttpProblem, type ProblemDetails } from './problem.ts'
import type { Route } from './route.ts'

/** A route, and what its path had where the route has names in braces. */
export interface Match {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/** Finds the route. Throws {@link HttpProblem}: 404, or 405 with the methods that there are. Pure. */
export function findRoute(routes: readonly Route[], method: string, path: string): Match {
  const parts = decoded(path)
  const here = routes.flatMap((route) => {
    const params = match(route.path.split('/'), parts)
    return params === undefined ? [] : [{ route, params }]
  })
  if (here.length === 0)
    throw new HttpProblem(404, `there is no path ${JSON.stringify(path)}; GET /openapi.json lists those that there are`)
  const wanted = method === 'HEAD' ? 'GET' : method
  const found = here.find(({ route }) => route.method === wanted)
  if (found === undefined)
    throw new MethodProblem(
      method,
      here.map(({ route }) => route.method),
    )
  return found
}

/** The method is not one of the path's. */
export class MethodProblem extends HttpProblem {
  readonly allowed: readonly string[]

  constructor(method: string, allowed: readonly string[]) {
    super(405, `${JSON.stringify(method)} is not a method of this path; use ${allowed.join(' or ')}`)
    this.allowed = allowed
  }
}

/** What is said to a client whose HTTP cannot be read. */
export function malformed(code: string | undefined): ProblemDetails {
  if (code === 'HPE_HEADER_OVERFLOW') return details(431, 'the header is too large; send less than 16 KB')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return details(408, 'the request took too long to arrive; send it at once')
  return details(400, 'this is not HTTP/1.1; curl --unix-socket speaks it')
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, part] of pattern.entries()) {
    const name = /^\{(.+)\}$/.exec(part)?.[1]
    if (name !== undefined && parts[i] !== '') params[name] = parts[i]!
    else if (part !== parts[i]) return undefined
  }
  return params
}

function decoded(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent)
  } catch {
    throw new HttpProblem(400, `${JSON.stringify(path)} is not percent-encoded; write % as %25`)
  }
}
