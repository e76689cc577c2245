import type { LbXdpConfig } from '@skep/datapath/lb-xdp'
import { cidrLast, cidrNetwork, tryParseCidr } from '@skep/packet'
import type { EngineSettings } from '../model/settings.ts'

type TunnelSettings = Pick<LbXdpConfig, 'tunnelSource4' | 'tunnelSpread4' | 'tunnelSource6' | 'tunnelSpread6'>

/** Where the outer source of tunnelled packets comes from: a network, and the bits of it that the flow fills. */
export function tunnelSettings({ dsr }: Pick<EngineSettings, 'dsr'>): TunnelSettings {
  const [source4, spread4] = prefixWords(dsr.tunnelSources, 4)
  const [source6, spread6] = prefixWords(dsr.tunnelSources, 6)
  return {
    tunnelSource4: source4[0]!,
    tunnelSpread4: spread4[0]!,
    tunnelSource6: source6,
    tunnelSpread6: spread6,
  }
}

/** The families that there is a prefix for. */
export function tunnelFamilies({ dsr }: Pick<EngineSettings, 'dsr'>): (4 | 6)[] {
  return dsr.tunnelSources.map((text) => tryParseCidr(text)!.address.family)
}

/** Network and host bits, in 32-bit words; zeros without a prefix. */
function prefixWords(prefixes: readonly string[], family: 4 | 6): readonly [number[], number[]] {
  const words = family === 4 ? 1 : 4
  const cidr = prefixes.map((text) => tryParseCidr(text)!).find(({ address }) => address.family === family)
  if (cidr === undefined) return [Array(words).fill(0), Array(words).fill(0)]
  const network = wordsOf(cidrNetwork(cidr).bytes)
  const last = wordsOf(cidrLast(cidr).bytes)
  return [network, last.map((word, i) => (word ^ network[i]!) >>> 0)]
}

function wordsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i))
}
