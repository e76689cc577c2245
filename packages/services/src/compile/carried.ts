import type { Service } from '@skep/kube'
import type { Options } from '../options.ts'
import type { Problem } from '../settings/problem.ts'

/** The service with those of its ports that can be carried on this node; the others are problems. */
export function carriedOf(service: Service, { protocols }: Pick<Options, 'protocols'>, problems: Problem[]): Service {
  const { ports } = service.spec
  const carried = ports.filter(({ protocol }) => protocols.includes(protocol))
  if (carried.length === ports.length) return service
  for (const [i, { protocol, port }] of ports.entries())
    if (!protocols.includes(protocol)) {
      const message = `${protocol} is not served, so that nobody answers at port ${port}; ${protocols.join(' and ')} are`
      problems.push({ path: `spec.ports[${i}].protocol`, message })
    }
  return { ...service, spec: { ...service.spec, ports: carried } }
}
