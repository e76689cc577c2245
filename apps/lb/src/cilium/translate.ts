import { formatEndpoint } from '@skep/lb-maps'
import type { Backend, Frontend, Service } from '../config/config.ts'
import { family } from '../config/family.ts'
import { backendSchema, frontendSchema } from '../config/schema.ts'
import type { PutService } from './model.ts'
import { CiliumRefusal } from './refused.ts'

/** No name in a configuration holds a colon. */
export function ciliumName(id: number): string {
  return `cilium:${id}`
}

/** A service of Cilium's API as one of the configuration. Throws {@link CiliumRefusal}. Pure. */
export function serviceOf(spec: PutService): Service {
  const frontends = frontendsOf(spec)
  const backends = backendsOf(spec, frontends[0]!.address)
  return { name: ciliumName(spec.id), frontends, algorithm: 'maglev', backends }
}

/** Without a protocol, or with any, the port is served for both. */
function frontendsOf({ flags, 'frontend-address': { ip, port, protocol = 'any', scope } }: PutService): Frontend[] {
  if (flags?.type === 'LocalRedirect') throw frontendRefusal('flags.type "LocalRedirect" is for pods; use LoadBalancer')
  if (flags?.natPolicy !== undefined && flags.natPolicy !== 'None')
    throw frontendRefusal(`flags.natPolicy "${flags.natPolicy}" changes the family, which skep-lb keeps; use "None"`)
  if (scope === 'internal')
    throw frontendRefusal('frontend-address.scope "internal" is for pods; this load balancer serves "external"')
  if (!port) throw frontendRefusal(noPort('frontend-address', port))
  const protocols = protocol === 'tcp' ? ['TCP'] : protocol === 'udp' ? ['UDP'] : ['TCP', 'UDP']
  return protocols.map((each) => {
    const parsed = frontendSchema.safeParse({ address: ip, port, protocol: each })
    if (parsed.success) return parsed.data
    throw frontendRefusal(sentence('frontend-address', parsed.error.issues))
  })
}

function backendsOf({ 'backend-addresses': addresses = [] }: PutService, frontend: string): Backend[] {
  const seen = new Map<string, number>()
  return addresses.map(({ ip, port, weight = 1, state = 'active' }, i) => {
    const place = `backend-addresses[${i}]`
    if (!port) throw backendRefusal(noPort(place, port))
    const parsed = backendSchema.safeParse({ address: ip, port, weight, state })
    if (!parsed.success) throw backendRefusal(sentence(place, parsed.error.issues))
    const backend = parsed.data
    const key = formatEndpoint(backend.address, backend.port)
    const first = seen.get(key)
    if (first !== undefined) throw backendRefusal(`${place}: ${key} stands at backend-addresses[${first}] already`)
    seen.set(key, i)
    if (backend.address === frontend)
      throw backendRefusal(`${place}.ip: "${ip}" is the frontend's address; a backend needs an address of its own`)
    if (family(backend.address) !== family(frontend))
      throw backendRefusal(`${place}.ip: "${ip}" is of another family than "${frontend}"; snat keeps the family`)
    return backend
  })
}

function sentence(place: string, issues: readonly { path: readonly PropertyKey[]; message: string }[]): string {
  const { path, message } = issues[0]!
  const key = path[0] === 'address' ? 'ip' : String(path[0])
  return `${place}.${key}: ${message}`
}

/** A port of 0 is what Go's clients send for none. */
function noPort(place: string, port: number | undefined): string {
  return `${place}.port: ${port ?? 'nothing'} is not a port; write a whole number from 1 to 65535`
}

function frontendRefusal(message: string): CiliumRefusal {
  return new CiliumRefusal('invalidFrontend', message)
}

function backendRefusal(message: string): CiliumRefusal {
  return new CiliumRefusal('invalidBackend', message)
}
