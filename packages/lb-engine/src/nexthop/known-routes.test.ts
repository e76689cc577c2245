import { expect, test } from '@jest/globals'
import { KnownRoutes } from './known-routes.ts'
import type { Route } from './resolve.ts'
import { RouteCells } from './route-cells.ts'

const route: Route = { device: 'eth0', index: 2, gateway: '192.168.0.254', source: '192.168.0.1', local: false }

test('each destination is asked for once, until something has changed', () => {
  const asked: string[] = []
  const known = new KnownRoutes()
  const ask = (address: string): Route | Error =>
    known.over((one) => {
      asked.push(one)
      return { ...route }
    })(address)
  for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.1']) expect(ask(address)).toEqual(route)
  expect(asked).toEqual(['10.0.0.1', '10.0.0.2'])
  known.forget()
  ask('10.0.0.1')
  expect(asked).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.1'])
})

test('a destination without a route is asked for again', () => {
  const known = new KnownRoutes()
  const answers: (Route | Error)[] = [new Error('unreachable'), route]
  const ask = (): Route | Error => known.over(() => answers.shift()!)('10.0.0.1')
  expect(ask()).toEqual(new Error('unreachable'))
  expect(ask()).toEqual(route)
  expect(ask()).toEqual(route)
})

test('destinations that no prefix parts are one question', () => {
  const asked: string[] = []
  const cells = RouteCells.of([{ family: 'ipv4', destination: '10.1.0.0/16' }], [])
  const known = new KnownRoutes()
  const ask = known.over((one) => {
    asked.push(one)
    return { ...route }
  }, cells)
  for (const address of ['10.1.0.1', '10.1.255.2', '10.2.0.1', 'fd00::1', '10.9.9.9', 'fd00::2']) ask(address)
  expect(asked).toEqual(['10.1.0.1', '10.2.0.1', 'fd00::1', 'fd00::2'])
})
