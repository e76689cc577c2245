import { expect, test } from '@jest/globals'
import type { LbMaps } from '../src/maps.ts'
import { ServiceMaps } from '../src/reconcile.ts'
import type { Backend, Desired, Service } from '../src/service.ts'
import { checkFreeIsZero, checkHolds, checkOwnership } from './invariants.ts'

/** Maps that are empty, for one test, with at least the room of test/maps.ts. */
export type MakeMaps = () => LbMaps & Partial<Disposable>

/** Some services of both families, some with a second frontend, one without backends. */
export function someServices(backendsEach: number): Desired {
  const of = (version: 4 | 6, host: number): Backend => ({
    address: version === 4 ? `172.16.0.${host}` : `fd00:1::${host.toString(16)}`,
    port: 8080,
  })
  const backends = (version: 4 | 6, from: number): Backend[] =>
    Array.from({ length: backendsEach }, (_, i) => of(version, from + i))
  const services: Service[] = [
    {
      name: 'web',
      frontends: [
        { address: '10.0.0.1', port: 80, protocol: 'TCP' },
        { address: '10.0.0.2', port: 80, protocol: 'TCP' },
      ],
      backends: backends(4, 1),
    },
    { name: 'dns', frontends: [{ address: '10.0.0.1', port: 53, protocol: 'UDP' }], backends: backends(4, 20) },
    { name: 'web6', frontends: [{ address: '2001:db8::1', port: 80, protocol: 'TCP' }], backends: backends(6, 1) },
    { name: 'none', frontends: [{ address: '2001:db8::2', port: 80, protocol: 'TCP' }], backends: [] },
  ]
  const own = services.flatMap((service) =>
    service.backends.map(({ address }): [string, string] => [
      address,
      address.includes(':') ? 'fd00::1' : '192.168.0.1',
    ]),
  )
  return { services, sources: new Map(own) }
}

/** What any set of maps has to do: the same for plain memory and for the kernel's. */
export function mapsContract(makeMaps: MakeMaps): void {
  const run = (name: string, body: (maps: LbMaps) => void): void => {
    test(name, () => {
      const maps = makeMaps()
      try {
        body(maps)
      } finally {
        maps[Symbol.dispose]?.()
      }
    })
  }

  run('hold what is desired', (maps) => {
    const services = ServiceMaps.adopt(maps)
    expect(services.reconcile(someServices(10)).problems).toEqual([])
    checkOwnership(services.actual)
    checkFreeIsZero(services.actual)
    checkHolds(services.actual, someServices(10))
  })

  run('follow it from change to change', (maps) => {
    const services = ServiceMaps.adopt(maps)
    for (const count of [3, 18, 5, 0, 40, 1]) {
      services.reconcile(someServices(count))
      checkOwnership(services.actual)
      checkFreeIsZero(services.actual)
      checkHolds(services.actual, someServices(count))
    }
  })

  run('keep everything over a restart', (maps) => {
    ServiceMaps.adopt(maps).reconcile(someServices(10))
    const again = ServiceMaps.adopt(maps)
    expect(again.needsRepair).toBe(false)
    expect(again.preview(someServices(10)).steps).toEqual([])
  })

  run('are all zero again when the last service is gone, but for own addresses and generations', (maps) => {
    const services = ServiceMaps.adopt(maps)
    services.reconcile(someServices(10))
    services.reconcile({ services: [], sources: new Map() })
    checkFreeIsZero(services.actual)
    expect([...services.actual.sources.keys()]).toEqual(['192.168.0.1', 'fd00::1'])
    expect(services.actual.keys).toEqual({ services4: 1, services6: 1 })
  })
}
