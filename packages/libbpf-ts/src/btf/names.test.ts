import { expect, test } from '@jest/globals'
import { camelCase, pascalCase } from './names.ts'

test.each([
  ['lb_xdp', 'lbXdp', 'LbXdp'],
  ['service_key4', 'serviceKey4', 'ServiceKey4'],
  ['hash_key0', 'hashKey0', 'HashKey0'],
  ['__reserved', 'reserved', 'Reserved'],
  ['MAX_SIZE', 'maxSize', 'MaxSize'],
  ['srcIP', 'srcIP', 'SrcIP'],
  ['Mixed_Case', 'mixedCase', 'MixedCase'],
  ['_4in6', '_4in6', '_4in6'],
  ['_', '_', '_'],
])('%s', (name, camel, pascal) => {
  expect(camelCase(name)).toBe(camel)
  expect(pascalCase(name)).toBe(pascal)
})
