import { ask, type Asked, ControlError } from '@skep/control-socket'
import type { ProblemDetails } from '../api/problem.ts'
import { LbError } from '@skep/lb-engine/instance'
import type { InstancePaths } from '../instance/paths.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: string
}

/** A request that was refused, with what `run` said. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code = 'REFUSED'
  readonly problem: ProblemDetails

  constructor(problem: ProblemDetails) {
    super(problem.detail)
    this.problem = problem
  }
}

/** Asks the process that runs the instance. Throws `NOT_RUNNING` where none does, {@link ApiError} where it refuses. */
export async function askApi<T>(paths: InstancePaths, request: ApiRequest): Promise<T> {
  const { status, body } = await send(paths, request)
  if (status >= 400) throw new ApiError(JSON.parse(body) as ProblemDetails)
  return (body === '' ? undefined : JSON.parse(body)) as T
}

async function send(paths: InstancePaths, { path, ...asking }: ApiRequest): Promise<Asked> {
  try {
    return await ask(paths.api, path, asking)
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    const { code } = error.cause as NodeJS.ErrnoException
    throw new LbError(
      'NOT_RUNNING',
      `no process runs instance ${JSON.stringify(paths.instance)} (${paths.api}: ${code}); start it: skep-lb run`,
      { cause: error.cause },
    )
  }
}
