import { createHash } from 'node:crypto'
import { z } from 'zod'
import { documentSchema } from '../../config/schema.ts'
import type { ApiContext } from '../context.ts'
import { HttpProblem } from '../problem.ts'
import { ok, type RawRequest, type Route, route } from '../route.ts'

const flag = z.enum(['true', 'false'], { error: 'write true or false' }).optional()

const current = z.strictObject({
  source: z.string().describe('where it comes from'),
  text: z.string().describe('as it was written'),
  spec: z.record(z.string(), z.unknown()).describe('what it says, every default filled in'),
})

const change = z.strictObject({
  applied: z.boolean(),
  diff: z.array(z.string()).describe('what differs, a line each: + new, - gone, ~ changed'),
  done: z.array(z.string()).describe('what was done for it, a line each'),
})

export function configRoutes({ controller }: ApiContext): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/config',
      summary: 'the configuration that is carried out',
      answers: { 200: { description: 'With an ETag, for If-Match', schema: current } },
      handle: () => {
        const { text, config } = controller.wanted.declared
        return ok({ source: controller.source.name, text, spec: config }, { etag: tagOf(text) })
      },
    }),
    route<object, { dryRun?: 'true' | 'false' | undefined }>({
      method: 'PUT',
      path: '/v1/config',
      summary: 'make this the configuration: all of it, for good, or nothing',
      query: z.strictObject({ dryRun: flag.describe('only say what would change') }),
      body: {
        name: 'LoadBalancer',
        description: 'A LoadBalancer document, at most 16 MB',
        types: ['application/yaml', 'application/json'],
        schema: documentSchema,
      },
      answers: { 200: { description: 'What has changed, or would', schema: change } },
      handle: async ({ query, body, headers }) => {
        const check = (): void => requireMatch(headers, controller.wanted.declared.text)
        if (query.dryRun !== 'true') return ok({ applied: true, ...(await controller.declare(body, 'body', check)) })
        check()
        return ok({ applied: false, ...controller.propose(body, 'body') })
      },
    }),
  ]
}

function tagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"`
}

/** Who has read an older configuration does not overwrite what somebody else wrote since. */
function requireMatch(headers: RawRequest['headers'], text: string): void {
  const wanted = headers['if-match']
  if (wanted === undefined || wanted === '*' || wanted === tagOf(text)) return
  throw new HttpProblem(
    412,
    `the configuration has changed since ${String(wanted)}; it is ${tagOf(text)} now, read it again`,
  )
}
