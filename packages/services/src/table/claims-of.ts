import type { Compiled } from '../compile/draft.ts'
import type { Claim } from '../conflicts/claims.ts'
import type { Frontend } from '../model/frontend.ts'

/** Tells frontends apart: one of these is one entry in the datapath. */
export function frontendKey({
  scope,
  protocol,
  address,
  port,
}: Pick<Frontend, 'scope' | 'protocol' | 'address' | 'port'>): string {
  return `${scope} ${formatAddressPort(address, port)}/${protocol}`
}

/** What a health-check port is claimed by. */
export function healthKey(port: number): string {
  return `health check port ${port}`
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
export function formatAddressPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** What a service wants for itself alone. One that wants the same twice wants it as what comes first. */
export function claimsOf({ created, frontends, healthCheck }: Compiled, owner: string): Map<string, Claim> {
  const claims = new Map<string, Claim>()
  for (const frontend of frontends) {
    const key = frontendKey(frontend)
    if (!claims.has(key)) claims.set(key, { service: owner, kind: frontend.kind, created })
  }
  if (healthCheck) claims.set(healthKey(healthCheck.port), { service: owner, kind: 'LoadBalancer', created })
  return claims
}
