import type { Backend, Desired, Service } from '../src/service.ts'

/** Some thousand services with some backends each, as a source of configuration would hand them over. */
export function world(services: number, backendsEach: number): Desired {
  const all = Array.from({ length: services }, (_, i): Service => {
    return {
      name: `service-${i}`,
      frontends: [{ address: `10.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`, port: 443, protocol: 'TCP' }],
      algorithm: 'maglev',
      backends: Array.from({ length: backendsEach }, (_, j) => backend(i * backendsEach + j)),
    }
  })
  const own = all.flatMap(({ backends }) => backends.map(({ address }): [string, string] => [address, '192.168.0.1']))
  return { services: all, sources: new Map(own) }
}

function backend(number: number): Backend {
  const address = `172.${16 + ((number >>> 16) & 15)}.${(number >>> 8) & 255}.${number & 255}`
  return { address, port: 8443, weight: 1 }
}

/** The same with one backend less in one service. */
export function withOneChange({ services, sources }: Desired, at: number): Desired {
  const changed = services.map((one, i) => (i === at ? { ...one, backends: one.backends.slice(1) } : one))
  return { services: changed, sources }
}
