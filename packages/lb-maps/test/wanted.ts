import { testKey } from './maps.ts'
import type { Backend, Desired, Frontend, Service } from '../src/service.ts'
import { readDesired, type WantedTable } from '../src/wanted.ts'

export const web: Frontend = { address: '10.0.0.1', port: 80, protocol: 'TCP' }
export const one: Backend = { address: '172.16.0.1', port: 8080 }

export function desired(service: Partial<Service>, sources: Record<string, string> = {}): Desired {
  const whole: Service = { name: 'web', frontends: [web], backends: [one], ...service }
  return { services: [whole], sources: new Map(Object.entries({ '172.16.0.1': '192.168.0.1', ...sources })) }
}

export function table(input: Desired): WantedTable {
  const read = readDesired(input, testKey, 0)
  if (!('services' in read)) throw new Error(JSON.stringify(read))
  return read
}
