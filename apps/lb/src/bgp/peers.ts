import type { PeerConfig } from '@skep/bgp'
import type { BgpPeer } from './config.ts'
import { readPassword } from './password.ts'

/** The peers as the speaker takes them. Throws with a sentence where a password cannot be read. */
export function speakerPeers(peers: readonly BgpPeer[], read: (file: string) => string): PeerConfig[] {
  return peers.map((peer) => {
    const { gracefulRestart, passwordFile, ...session } = peer
    return {
      ...session,
      ...(gracefulRestart > 0 && { gracefulRestart }),
      ...(passwordFile !== undefined && { password: readPassword(passwordFile, read) }),
    }
  })
}
