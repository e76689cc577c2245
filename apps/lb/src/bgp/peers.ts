import { bfdSessionOf, type PeerConfig } from '@skep/bgp'
import type { SessionConfig } from '@skep/bfd'
import type { Bgp, BgpPeer } from './config.ts'
import { readPassword } from './password.ts'

/** The peers as the speaker takes them. Throws with a sentence where a password cannot be read. */
export function speakerPeers({ peers }: Bgp, read: (file: string) => string): PeerConfig[] {
  return peers.map((peer) => {
    const { gracefulRestart, passwordFile, bfd: _bfd, ...session } = peer
    return {
      ...session,
      ...(gracefulRestart > 0 && { gracefulRestart }),
      ...(passwordFile !== undefined && { password: readPassword(passwordFile, read) }),
    }
  })
}

/** The BFD session beside a BGP session; `undefined`: none is asked for. */
export function bfdSession(peer: BgpPeer): SessionConfig | undefined {
  const { bfd } = peer
  return bfd && bfdSessionOf({ ...peer, bfd })
}
