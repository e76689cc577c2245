import { expect, test } from '@jest/globals'
import { slice } from '../test/build.ts'
import { candidatesOf } from './candidates.ts'

const http = { name: 'http', protocol: 'TCP' as const }

function found(slices: Parameters<typeof candidatesOf>[0], wanted = http): string[] {
  return candidatesOf(slices, wanted).map(({ endpoint, port }) => `${endpoint.address} ${port}`)
}

test('a named target port may have another number in each slice', () => {
  const first = slice('web', ['10.0.0.1'], { ports: [{ name: 'http', port: 8080 }] })
  const second = slice('web', ['10.0.0.2'], { name: 'web-2', ports: [{ name: 'http', port: 9090 }] })
  expect(found([first, second])).toEqual(['10.0.0.1 8080', '10.0.0.2 9090'])
})

test('name and protocol must both be the port’s; one without a number is nobody’s', () => {
  const ports = [
    { name: 'http', port: 53, protocol: 'UDP' },
    { name: 'admin', port: 1 },
  ]
  expect(found([slice('web', ['10.0.0.1'], { ports })])).toEqual([])
  expect(found([slice('web', ['10.0.0.1'], { ports: [{ name: 'http' }] })])).toEqual([])
  expect(found([slice('web', ['10.0.0.1'], { ports: [{ port: 7 }] })], { ...http, name: '' })).toEqual(['10.0.0.1 7'])
})

test('an endpoint that stands in two slices counts once, with the better news', () => {
  const old = slice('web', [{ address: '10.0.0.1', is: 'terminating' }, '10.0.0.2'])
  const fresh = slice('web', ['10.0.0.1', { address: '10.0.0.2', is: 'unready' }], { name: 'web-2' })
  const both = [candidatesOf([old, fresh], http), candidatesOf([fresh, old], http)]
  for (const candidates of both) {
    expect(candidates.map(({ endpoint }) => endpoint.ready)).toEqual([true, true])
    expect(candidates).toHaveLength(2)
  }
})

test('addresses have one spelling', () => {
  const written = slice('web', ['2001:DB8:0::1', '2001:db8::1'], { family: 'IPv6' })
  expect(found([written])).toEqual(['2001:db8::1 8080'])
})
