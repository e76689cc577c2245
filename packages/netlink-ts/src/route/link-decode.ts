import { bitNames, numberName } from '../bits.ts'
import { malformed } from '../socket.ts'
import { AttributeDecoder } from '../wire/decoder.ts'
import type { Message } from '../wire/message.ts'
import type { LinkInfo, XdpAttributes } from './link-attributes.ts'
import { IFINFOMSG, linkAttributes } from './link-attributes.ts'
import type { OperState } from './link-flags.ts'
import { linkFlags, linkTypes, operStates } from './link-flags.ts'
import type { VxlanData } from './link-kinds.ts'
import { linkKinds } from './link-kinds.ts'
import type { Link, XdpInfo } from './link-types.ts'

/** Reads `RTM_NEWLINK` and `RTM_DELLINK`. Bad bytes are `MALFORMED`. */
export function decodeLink(message: Message): Link {
  const view = new DataView(message.bytes.buffer, message.bytes.byteOffset, message.end)
  const from = new AttributeDecoder(message.bytes, message.start + IFINFOMSG, message.end)
  if (message.end - message.start < IFINFOMSG) throw malformed('link', 'it is shorter than struct ifinfomsg')
  const { info, xdp, operState, carrier, address, altNames, ...rest } = linkAttributes.decode(from)
  if (from.error !== undefined) throw malformed('link', from.error.problem)
  const flags = view.getUint32(message.start + 8, true)
  return {
    index: view.getInt32(message.start + 4, true),
    name: '',
    mtu: 0,
    ...rest,
    altNames: altNames ?? [],
    type: numberName(view.getUint16(message.start + 2, true), linkTypes),
    flags: bitNames(flags, linkFlags),
    up: (flags & linkFlags.UP) !== 0,
    operState: numberName<OperState>(operState ?? 0, operStates),
    ...(carrier === undefined ? {} : { carrier: carrier !== 0 }),
    ...(address === undefined || address === '' ? {} : { address }),
    ...xdpInfo(xdp),
    ...kindInfo(info),
  }
}

function kindInfo(info: LinkInfo<Uint8Array> | undefined): Partial<Link> {
  if (info === undefined) return {}
  const { kind, portKind, data } = info
  const names = { ...(kind === undefined ? {} : { kind }), ...(portKind === undefined ? {} : { portKind }) }
  if (kind === undefined || data === undefined || !Object.hasOwn(linkKinds, kind)) return names
  return { ...names, ...kindData(kind as keyof typeof linkKinds, data) }
}

function kindData(kind: keyof typeof linkKinds, data: Uint8Array): Partial<Link> {
  const from = new AttributeDecoder(data)
  const values = kind === 'vxlan' ? vxlanOptions(linkKinds.vxlan.data.decode(from)) : linkKinds[kind].data.decode(from)
  if (from.error !== undefined) throw malformed('link', `${kind}: ${from.error.problem}`)
  return { [kind]: values }
}

function vxlanOptions({ remote6, local6, ...rest }: VxlanData): object {
  const remote = rest.remote ?? remote6
  const local = rest.local ?? local6
  return { ...rest, ...(remote === undefined ? {} : { remote }), ...(local === undefined ? {} : { local }) }
}

/** `XDP_ATTACHED_*`; 0 is none. */
const xdpModes = ['none', 'native', 'generic', 'offload', 'multi'] as const

function xdpInfo(xdp: XdpAttributes | undefined): { xdp?: XdpInfo } {
  const mode = xdpModes[xdp?.attached ?? 0]
  if (xdp === undefined || mode === undefined || mode === 'none') return {}
  const { nativeProgramId: native, genericProgramId: generic, offloadProgramId: offload } = xdp
  const programIds = {
    ...(native === undefined ? {} : { native }),
    ...(generic === undefined ? {} : { generic }),
    ...(offload === undefined ? {} : { offload }),
  }
  return { xdp: { mode, programId: xdp.programId ?? offload ?? native ?? generic ?? 0, programIds } }
}
