import type { Config } from './config.ts'
import type { Finding } from '@skep/config-file'
import { family } from './family.ts'

/** Whether the tables are large enough. Needs a document that is otherwise valid. */
export function checkCapacity(config: Config): Finding[] {
  return [...checkRoom(config), ...config.services.flatMap((service, i) => checkRecords(config, service.records, i))]
}

function checkRecords({ capacity }: Config, records: number | undefined, service: number): Finding[] {
  if (records === undefined || records <= capacity.records) return []
  const message = `${records} are more than the ${capacity.records} of spec.capacity.records, which all services share; raise that`
  return [{ path: ['spec', 'services', service, 'records'], message }]
}

function checkRoom(config: Config): Finding[] {
  const frontends = sum(config.services, (service) => service.frontends.length)
  const members = sum(config.services, (service) => {
    const [own, others] = [countIpv4(service.frontends), countIpv4(service.backends)]
    return own * others + (service.frontends.length - own) * (service.backends.length - others)
  })
  const too = (used: number, key: 'services' | 'backends', what: string): Finding[] =>
    used <= config.capacity[key]
      ? []
      : [
          {
            path: ['spec', 'capacity', key],
            message: `${config.capacity[key]} is too small for the ${used} ${what} here`,
          },
        ]
  return [
    ...too(frontends, 'services', 'frontends'),
    ...too(members, 'backends', 'backends (counted once for each frontend of their family)'),
  ]
}

function countIpv4(all: readonly { readonly address: string }[]): number {
  return sum(all, ({ address }) => (family(address) === 4 ? 1 : 0))
}

function sum<T>(list: readonly T[], of: (item: T) => number): number {
  return list.reduce((total, item) => total + of(item), 0)
}
