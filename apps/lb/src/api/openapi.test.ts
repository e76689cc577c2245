import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { ApiContext } from './context.ts'
import { describe } from './openapi.ts'
import { allRoutes } from './routes/all.ts'

const file = new URL('../../../../docs/skep-lb.openapi.json', import.meta.url)

test('docs/skep-lb.openapi.json is what is served (apps/lb/test/print-openapi.ts prints it)', () => {
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(describe(allRoutes({} as ApiContext)))),
  )
})

test('every path says what it is for, and what it answers', () => {
  for (const { path, method, summary, answers } of allRoutes({} as ApiContext)) {
    expect([path, method, summary]).toEqual([path, method, expect.stringMatching(/\w{3}/)])
    expect(Object.keys(answers).length).toBeGreaterThan(0)
  }
})

test('a configuration is described down to its fields', () => {
  const { components } = describe(allRoutes({} as ApiContext)) as { components: { schemas: Record<string, object> } }
  expect(components.schemas['LoadBalancer']).toMatchObject({
    properties: {
      spec: {
        properties: {
          devices: { type: 'array', items: { type: 'string' } },
          services: {
            items: { properties: { backends: { items: { properties: { weight: { maximum: 255 } } } } } },
          },
        },
      },
    },
  })
})
