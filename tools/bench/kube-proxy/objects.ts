import type { Cluster, kinds } from '@skep/kube-testenv'
import { endpointSlices, services } from '@skep/kube-testenv'

/** What every backend listens on. */
export const BACKEND_PORT = 7000
export const SERVICE_PORT = 80
/** All addresses that backends have; one server answers at each of them. */
export const BACKENDS = '10.128.0.0/11'

const BACKENDS_EACH = 2
/** More at once would wait for each other in the API server. */
const AT_ONCE = 16
const FIRST_SERVICE = 16 << 8

/** The service's address, by its number from 0. */
export function serviceAddress(number: number): string {
  const host = FIRST_SERVICE + number
  return `10.96.${host >> 8}.${host & 255}`
}

/** A backend’s address, by its service and its number there. Generations (0 to 31) have no address in common. */
export function backendAddress(service: number, member: number, generation = 0): string {
  const host = (generation << 16) + service * BACKENDS_EACH + member + 1
  return `10.${128 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`
}

/** How many addresses from the first one on are backends. */
export function backendCount(count: number): number {
  return count * BACKENDS_EACH
}

export function sliceName(service: number): string {
  return `bench-${service}`
}

/** Creates what is missing up to a number of services, each with one slice. */
export async function createServices(
  { api }: Pick<Cluster, 'api'>,
  from: number,
  to: number,
  progress: (made: number) => void,
): Promise<void> {
  let next = from
  const worker = async (): Promise<void> => {
    for (let number = next++; number < to; number = next++) {
      await api.create(services, serviceObject(number))
      await api.create(endpointSlices, sliceObject(number))
      if ((number + 1) % 1000 === 0) progress(number + 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** What a slice's endpoints become, with one backend. */
export function endpointsWith(address: string): kinds.EndpointSlice['endpoints'] {
  return [endpoint(address)]
}

function serviceObject(number: number): kinds.Service {
  return {
    metadata: { name: sliceName(number) },
    spec: { clusterIP: serviceAddress(number), ports: [{ port: SERVICE_PORT, targetPort: BACKEND_PORT }] },
  }
}

function sliceObject(number: number): kinds.EndpointSlice {
  const labels = {
    'kubernetes.io/service-name': sliceName(number),
    'endpointslice.kubernetes.io/managed-by': 'bench',
  }
  const members = Array.from({ length: BACKENDS_EACH }, (_, member) => backendAddress(number, member))
  return {
    metadata: { name: sliceName(number), labels },
    addressType: 'IPv4',
    ports: [{ name: '', port: BACKEND_PORT, protocol: 'TCP' }],
    endpoints: members.map(endpoint),
  }
}

function endpoint(address: string): NonNullable<kinds.EndpointSlice['endpoints']>[number] {
  return { addresses: [address], conditions: { ready: true, serving: true, terminating: false }, nodeName: 'servers' }
}
