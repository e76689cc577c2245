import { anyAddress, familyOf } from '../compile/listeners.ts'
import type { Frontend } from '../model/frontend.ts'
import { frontendKey } from '../table/claims-of.ts'

/**
 * Internal frontends as a table at the socket has them: those for any address of the node once for each of these own
 * addresses (loopback among them), unless another frontend has exactly that. Pure.
 */
export function forSockets(frontends: Iterable<Frontend>, nodeAddresses: readonly string[]): Frontend[] {
  const internal = [...frontends].filter(({ scope }) => scope === 'internal')
  const isAny = ({ address }: Frontend): boolean => address === anyAddress.IPv4 || address === anyAddress.IPv6
  const exact = internal.filter((one) => !isAny(one))
  const taken = new Set(exact.map(frontendKey))
  const expanded = internal.filter(isAny).flatMap((one) =>
    nodeAddresses
      .filter((address) => familyOf(address) === familyOf(one.address))
      .map((address) => ({ ...one, address }))
      .filter((frontend) => !taken.has(frontendKey(frontend))),
  )
  return [...exact, ...expanded]
}

/** Ports that no process of the node may bind (`node-port-bind-protection`), each once. */
export function protectedPorts(frontends: Iterable<Frontend>): { readonly protocol: string; readonly port: number }[] {
  const ports = [...frontends]
    .filter(({ kind }) => kind === 'NodePort')
    .map(({ protocol, port }) => [`${protocol} ${port}`, { protocol, port }] as const)
  return [...new Map(ports).values()]
}
