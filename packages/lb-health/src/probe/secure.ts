import { readFileSync } from 'node:fs'
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { TlsOptions } from '../check/check.ts'
import type { Target } from './probe.ts'
import { dial, resettable } from './tcp.ts'

/** Making a context reads every trusted certificate, so those in use are kept until the configuration changes. */
const contexts = new Map<string, SecureContext>()

function contextOf(caFile: string | undefined): SecureContext {
  const kept = contexts.get(caFile ?? '')
  if (kept !== undefined) return kept
  const context = createSecureContext(caFile === undefined ? {} : { ca: readFileSync(caFile) })
  contexts.set(caFile ?? '', context)
  return context
}

/** Certificate files are read again when they are next needed. */
export function forgetCertificates(): void {
  contexts.clear()
}

/** A TLS connection, and the TCP connection below it where that is to end by a reset. */
export interface Secured {
  readonly socket: TLSSocket
  readonly reset: Socket | undefined
}

/** Starts a TLS connection. Throws when the file of certificates cannot be read. */
export function dialTls(
  { serverName, verify, caFile }: TlsOptions,
  target: Target,
  name?: string,
  protocols?: string[],
): Secured {
  const server = serverName ?? name
  const secureContext = contextOf(caFile)
  const below = dial(target)
  const reset = resettable(below, target)
  const socket = connect({
    // TLS takes the handle of a socket over, and then it cannot be reset; a stream around it leaves it alone.
    socket: reset === undefined ? below : Duplex.from({ readable: below, writable: below }),
    host: target.address,
    secureContext,
    rejectUnauthorized: verify,
    ...(protocols === undefined ? {} : { ALPNProtocols: protocols }),
    ...(server === undefined || isIP(server) ? {} : { servername: server }),
  })
  return { socket, reset }
}

/** A host name without its port. */
export function nameOf(host: string | undefined): string | undefined {
  return host?.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '')
}
