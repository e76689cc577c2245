import { sendsXdp, type SenderLink, type SenderWorld } from './plan.ts'

/** Whether XDP may redirect to a device, and why, or why not. */
export interface SenderExplanation {
  readonly sends: boolean
  readonly why: string
}

/** What {@link planSenders} goes by, in words. Pure. */
export function explainSender(link: SenderLink, world: SenderWorld): SenderExplanation {
  const sends = sendsXdp(link, world)
  return { sends, why: link.type === 'ether' ? whyOf(link, world, sends) : 'it has no Ethernet frames' }
}

function whyOf({ kind }: SenderLink, { features, isGeneric }: SenderWorld, sends: boolean): string {
  if (isGeneric) return 'the program is on no device natively: the kernel itself sends, by any device'
  if (features === undefined)
    return `before Linux 6.3 the kernel does not tell; by its kind (${kind ?? 'a card'}) it ${sends ? 'does' : 'does not'}`
  if (sends) return 'its driver sends what XDP redirects to it'
  return `${NOT_SENDING[kind ?? ''] ?? 'its driver does not send for XDP now; some do once a program is on the device'}; the kernel forwards in its place`
}

const NOT_SENDING: Readonly<Record<string, string>> = {
  veth: 'its peer does not receive by NAPI (it does with an XDP program, or with GRO: ethtool -K <peer> gro on)',
  bridge: 'a bridge sends nothing for XDP',
  vlan: 'a VLAN device sends nothing for XDP; where the program is on the device below, that one sends, with the tag',
}
