import { u32 } from '../wire/codecs.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'
import type { TbfOptions } from './qdisc-types.ts'

/** Size of `struct tc_tbf_qopt`: two `struct tc_ratespec` of 12 bytes, then limit, buffer and MTU. */
const QOPT = 36
const TC_LINKLAYER_ETHERNET = 1

interface TbfAttributes {
  parameters?: TbfOptions
  burst?: number
}

/** With a link layer in the ratespec the kernel computes its rate table by itself (since 3.8). */
const parameters: AttributeCodec<TbfOptions> = {
  encode(to, { rate = 0, limit = 0 }) {
    to.u8(0).u8(TC_LINKLAYER_ETHERNET).u16(0).u16(0).u16(0).u32(rate)
    to.zeros(12).u32(limit).u32(0).u32(0)
  },
  decode(from) {
    const view = from.view()
    if (view.byteLength >= QOPT) return { rate: view.getUint32(8, true), limit: view.getUint32(24, true) }
    from.fail(`TCA_TBF_PARMS has ${view.byteLength} bytes, expected ${QOPT}`)
    return {}
  },
}

const attributes: AttributeTable<TbfAttributes> = new AttributeTable<TbfAttributes>({
  parameters: [1, 'TCA_TBF_PARMS', parameters],
  burst: [6, 'TCA_TBF_BURST', u32],
})

export const tbf: AttributeCodec<TbfOptions> = {
  nested: true,
  encode: (to, { rate, limit, burst }) =>
    attributes.encode(to, { parameters: { rate: rate ?? 0, limit: limit ?? 0 }, burst: burst ?? 0 }),
  decode: (from) => attributes.decode(from.nested()).parameters ?? {},
  problem(value) {
    for (const field of ['rate', 'burst', 'limit'] as const)
      if (!((value[field] ?? 0) > 0) || u32.expects?.(value[field]) !== undefined)
        return { field, value: value[field], right: 'a whole number from 1 to 4294967295' }
    return undefined
  },
  regions: (_view, start, end) => [{ start, end, table: attributes }],
}
