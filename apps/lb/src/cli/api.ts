import { request } from 'node:http'
import { text } from 'node:stream/consumers'
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
export async function askApi<T>(paths: InstancePaths, { method, path, body }: ApiRequest): Promise<T> {
  const { status, answer } = await send(paths, method, path, body)
  if (status >= 400) throw new ApiError(JSON.parse(answer) as ProblemDetails)
  return (answer === '' ? undefined : JSON.parse(answer)) as T
}

async function send(
  paths: InstancePaths,
  method: string,
  path: string,
  body = '',
): Promise<{ status: number; answer: string }> {
  try {
    return await new Promise((resolve, reject) => {
      const asked = request({ socketPath: paths.api, method, path }, (response) => {
        text(response).then((answer) => resolve({ status: response.statusCode ?? 500, answer }), reject)
      })
      asked.on('error', reject).end(body)
    })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new LbError(
      'NOT_RUNNING',
      `no process runs instance ${JSON.stringify(paths.instance)} (${paths.api}: ${code}); start it: skep-lb run`,
      { cause },
    )
  }
}
