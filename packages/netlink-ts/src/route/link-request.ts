import type { Body } from '../request.ts'
import { checkTable } from '../check.ts'
import { body } from '../request.ts'
import { bytes } from '../wire/codecs.ts'
import type { NestHeader } from '../wire/nests.ts'
import { nested } from '../wire/nests.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'
import type { LinkAttributes } from './link-attributes.ts'
import { IFINFOMSG, linkAttributes, linkTable } from './link-attributes.ts'
import type { LinkKind } from './link-kind-options.ts'
import { linkKinds } from './link-kinds.ts'

/** A veth's peer is a link message of its own inside `IFLA_INFO_DATA`. */
interface VethData {
  peer?: LinkAttributes<Uint8Array>
}

/** `struct ifinfomsg`, and the attributes after it. */
export interface LinkRequest {
  readonly index?: number | undefined
  /** The flags to have among those in `change`. */
  readonly flags?: number
  readonly change?: number
  readonly values: LinkAttributes<object>
}

const peerHeader: NestHeader<unknown> = { size: IFINFOMSG, write: (to) => void to.zeros(IFINFOMSG) }

const veth: AttributeTable<VethData> = new AttributeTable<VethData>({
  peer: [1, 'VETH_INFO_PEER', nested(linkAttributes, peerHeader)],
})

/** One table per kind, so that every attribute has its name, also inside the kind's data. */
const tables: Readonly<Record<LinkKind | 'any', AttributeTable<LinkAttributes<object>>>> = {
  any: forData(bytes),
  veth: forData(nested(veth)),
  bridge: forData(nested(linkKinds.bridge.data)),
  bond: forData(nested(linkKinds.bond.data)),
  vlan: forData(nested(linkKinds.vlan.data)),
  vxlan: forData(nested(linkKinds.vxlan.data)),
  dummy: forData(nested(linkKinds.dummy.data)),
  macvlan: forData(nested(linkKinds.macvlan.data)),
  vrf: forData(nested(linkKinds.vrf.data)),
}

/** The body of `RTM_NEWLINK`, its values checked. */
export function linkBody(operation: string, kind: LinkKind | undefined, request: LinkRequest): Body {
  const table = tables[kind ?? 'any']
  checkTable(operation, table, request.values)
  const { index = 0, flags = 0, change = 0, values } = request
  return body(IFINFOMSG, (to) => void to.u32(0).u32(index).u32(flags).u32(change), table, values)
}

function forData<D extends object>(data: AttributeCodec<D>): AttributeTable<LinkAttributes<object>> {
  return linkTable<object>(data)
}
