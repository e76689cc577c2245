import { expect, test } from '@jest/globals'
import { type Cidr, cidrNetwork, formatCidr, parseCidr } from '@skep/packet'
import * as fc from 'fast-check'
import { prefixes } from '../../test/arbitrary.ts'
import { PrefixTable } from './prefix-table.ts'

const texts = (family: 'ipv4' | 'ipv6'): fc.Arbitrary<string[]> => prefixes(family, 300).map((list) => list.texts())
const network = (text: string): Cidr => parseCidr(text)

test.each(['ipv4', 'ipv6'] as const)('a table of %s prefixes is as a set of their texts', (family) => {
  fc.assert(
    fc.property(texts(family), fc.array(fc.nat()), (added, removed) => {
      const table = new PrefixTable(family)
      const model = new Map<string, number>()
      const at = (text: string): [Uint8Array, number, number] => [network(text).address.bytes, 0, network(text).prefix]
      for (const text of added) {
        const id = table.add(...at(text))
        expect(model.get(text) ?? id).toBe(id)
        model.set(text, id)
      }
      for (const index of removed) {
        const text = added[index % added.length]!
        const id = model.get(text)
        if (id !== undefined) table.remove(id)
        model.delete(text)
      }
      expect(table.size).toBe(model.size)
      expect(new Set(model.values()).size).toBe(model.size)
      for (const text of added) expect(table.find(...at(text))).toBe(model.get(text) ?? -1)
      for (const [text, id] of model) expect([table.has(id), table.text(id)]).toEqual([true, text])
      // What was freed is used again.
      const { end } = table
      for (const text of added) table.add(...at(text))
      expect(table.end).toBe(end)
    }),
  )
})

test('bits past the length do not count', () => {
  const table = new PrefixTable('ipv4')
  const { address, prefix } = parseCidr('10.1.2.3/12')
  const id = table.add(address.bytes, 0, prefix)
  expect(table.text(id)).toBe(formatCidr({ address: cidrNetwork({ address, prefix }), prefix }))
  expect(table.find(parseCidr('10.0.0.0/12').address.bytes, 0, 12)).toBe(id)
  expect(table.find(address.bytes, 0, 13)).toBe(-1)
})
