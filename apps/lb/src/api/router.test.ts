import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { describe } from './openapi.ts'
import { problemOf } from './problem.ts'
import { route } from './route.ts'
import { findRoute } from './router.ts'

const answers = { 200: { description: 'Done', schema: z.strictObject({ n: z.int() }) } }
const routes = [
  route({ method: 'GET', path: '/v1/things', summary: 'all', answers, handle: () => ({ status: 200 }) }),
  route<{ name: string }, { most?: number | undefined }>({
    method: 'PUT',
    path: '/v1/things/{name}',
    summary: 'one',
    params: z.strictObject({ name: z.string() }),
    query: z.strictObject({ most: z.coerce.number('write a number').int().optional().describe('how many') }),
    body: { name: 'Thing', description: 'what', types: ['application/json'], schema: z.strictObject({ n: z.int() }) },
    answers: { 204: { description: 'Done' } },
    handle: ({ params, query }) => ({ status: 200, body: { ...params, ...query } }),
  }),
]

function status(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return [problemOf(error).status, problemOf(error).detail]
  }
}

test('a path is matched part by part, percent-encoded parts too', () => {
  expect(findRoute(routes, 'PUT', '/v1/things/a%2Fb%3A1').params).toEqual({ name: 'a/b:1' })
  expect(findRoute(routes, 'HEAD', '/v1/things').route.method).toBe('GET')
  expect(status(() => findRoute(routes, 'GET', '/v1/things/'))).toEqual([404, expect.stringContaining('/openapi.json')])
  expect(status(() => findRoute(routes, 'GET', '/v1/things/a/b'))).toEqual([404, expect.any(String)])
  expect(status(() => findRoute(routes, 'DELETE', '/v1/things/a'))).toEqual([405, expect.stringContaining('use PUT')])
  expect(status(() => findRoute(routes, 'GET', '/%E0'))).toEqual([400, expect.stringContaining('write % as %25')])
})

test('what is wrong is told with its place, all of it', async () => {
  const { route: put, params } = findRoute(routes, 'PUT', '/v1/things/a')
  const request = { params, body: '', headers: {} }
  expect(await put.handle({ ...request, query: { most: '3' } })).toEqual({ status: 200, body: { name: 'a', most: 3 } })
  expect(status(() => put.handle({ ...request, query: { most: 'x', other: '1' } }))).toEqual([
    400,
    'query most: write a number; query: Unrecognized key: "other"',
  ])
})

test('the description is made from the schemas', () => {
  const { paths, components } = describe(routes) as {
    paths: Record<string, Record<string, unknown>>
    components: unknown
  }
  expect(paths['/v1/things/{name}']?.['put']).toMatchObject({
    parameters: [
      { name: 'name', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'most', in: 'query', required: false, description: 'how many' },
    ],
    requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
    responses: { 204: { description: 'Done' }, default: expect.anything() },
  })
  expect(components).toMatchObject({
    schemas: { Thing: { type: 'object', required: ['n'] }, Problem: expect.anything() },
  })
})
