import { z } from 'zod'
import { CONTENT_TYPE } from '@skep/daemon'
import type { ApiContext } from '../context.ts'
import { HttpProblem } from '../problem.ts'
import { ok, type Route, route } from '../route.ts'

const fine = z.strictObject({ status: z.literal('ok') })

/** What supervisors and Prometheus ask. */
export function healthRoutes({ controller, metrics }: ApiContext): Route[] {
  return [
    route({
      method: 'GET',
      path: '/healthz',
      summary: 'whether this process works',
      answers: { 200: { description: 'It does', schema: fine } },
      handle: () => ok({ status: 'ok' }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      summary: 'whether what is asked for is carried out',
      answers: { 200: { description: 'It is', schema: fine } },
      handle: () => {
        const { trouble } = controller
        if (trouble !== undefined) throw new HttpProblem(503, trouble)
        return ok({ status: 'ok' })
      },
    }),
    route({
      method: 'GET',
      path: '/metrics',
      summary: 'for Prometheus',
      answers: { 200: { description: 'The metrics', schema: z.string(), type: CONTENT_TYPE } },
      handle: async () => ({ status: 200, body: await metrics(), type: CONTENT_TYPE }),
    }),
  ]
}
