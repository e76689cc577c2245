import { readFileSync } from 'node:fs'
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { isIP } from 'node:net'
import type { TlsOptions } from '../check/check.ts'
import type { Target } from './probe.ts'

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

/** Starts a TLS connection. Throws when the file of certificates cannot be read. */
export function dialTls(
  { serverName, verify, caFile }: TlsOptions,
  { address, port, source }: Target,
  name?: string,
  protocols?: string[],
): TLSSocket {
  const server = serverName ?? name
  return connect({
    host: address,
    port,
    secureContext: contextOf(caFile),
    rejectUnauthorized: verify,
    ...(protocols === undefined ? {} : { ALPNProtocols: protocols }),
    ...(server === undefined || isIP(server) ? {} : { servername: server }),
    ...(source === undefined ? {} : { localAddress: source }),
  })
}

/** A host name without its port. */
export function nameOf(host: string | undefined): string | undefined {
  return host?.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '')
}
