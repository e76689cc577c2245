import { elementOf } from '@skep/config-file'
import { z } from 'zod'
import { version } from '../version.ts'
import { problemDetails } from './problem.ts'
import type { BodySpec, Route } from './route.ts'

type Json = Readonly<Record<string, unknown>>

/** A description of the API as OpenAPI 3.1, made from the schemas that requests and answers are checked by. */
export function describe(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route)
  return {
    openapi: '3.1.0',
    info: {
      title: 'skep-lb',
      version,
      description:
        'The API of a running skep-lb, over HTTP/1.1 on a unix socket: curl --unix-socket …/api.sock http://lb/v1/status',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://lb' }],
    paths,
    components: { schemas: { Problem: schemaOf(problemDetails, 'output'), ...namedBodies(routes) } },
  }
}

function operation(route: Route): Json {
  const { summary, params, query, body, answers } = route
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')]
  return {
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: bodyOf(body) } : {}),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)])),
      ...(answers[500] ? {} : { default: { description: 'What is wrong', content: problemContent } }),
    },
  }
}

const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }

function answerOf({ description, schema, type = 'application/json' }: Route['answers'][number]): Json {
  return schema === undefined
    ? { description }
    : { description, content: { [type]: { schema: schemaOf(schema, 'output') } } }
}

/** Bodies are large, and may be sent as more than one type: each stands in one place. */
function namedBodies(routes: readonly Route[]): Json {
  return Object.fromEntries(routes.flatMap(({ body }) => (body ? [[body.name, schemaOf(body.schema, 'input')]] : [])))
}

function bodyOf({ description, types, name }: BodySpec): Json {
  const schema = { $ref: `#/components/schemas/${name}` }
  const content = Object.fromEntries(types.map((type) => [type, { schema }]))
  return { description, required: true, content }
}

function parametersOf(schema: z.ZodType, where: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const element = elementOf(zodSchema)
      if (element !== undefined) Object.assign(jsonSchema, { type: 'array', items: schemaOf(element, io) })
    },
  })
  return json
}
