import { mkdirSync, mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import type { Config } from '../config/config.ts'
import { parseConfig } from '../config/load.ts'
import { noDrains } from '../drain/drain.ts'
import { instancePaths } from '../instance/paths.ts'
import type { ControllerParts } from './parts.ts'
import { Rounds } from './rounds.ts'
import type { Wanted } from './wanted.ts'

const round = {
  services: [],
  explained: [],
  settings: [],
  sources: [],
  neighbors: { own: [], failed: [], added: [], converted: [], removed: [], mode: 'managed' },
  attached: [],
  renamed: [],
  detached: [],
  unreachable: new Map(),
  unserved: new Map(),
  warnings: [],
}

/** Rounds with an engine whose writes can be made to fail, and what BGP was asked for. */
function rounds(folder: string) {
  const paths = instancePaths({ instance: 'test', bpfRoot: folder, runDir: join(folder, 'run') })
  mkdirSync(paths.run, { recursive: true })
  const asked: { readonly services: string[]; readonly unserved: ReadonlyMap<string, string> }[] = []
  const fault: { because?: string; writes: string[] } = { writes: [] }
  const engine = {
    apply: (config: Config) => {
      fault.writes.push(config.services.map(({ name }) => name).join())
      if (fault.because !== undefined) throw new Error(fault.because)
      return round
    },
    unserved: (_: Config, because: string) => new Map([['192.0.2.10:80/TCP', because]]),
  }
  const drains = { current: noDrains, replace: () => undefined, settle: () => false }
  const bgp = {
    take: (_: unknown, after: Config) => after,
    keep: (config: Config) => config,
    want: (config: Config, { unserved }: Pick<typeof round, 'unserved'>) =>
      asked.push({ services: config.services.map(({ name }) => name), unserved }),
  }
  const health = { want: () => undefined, weigh: (config: Config) => config, applied: () => undefined }
  const parts = { engine, paths, health, drainer: drains, bgp, announcer: { want: () => undefined } }
  const log = pino({ level: 'silent' })
  return { made: new Rounds({ ...parts, log } as unknown as ControllerParts), asked, fault }
}

function wanted(name: string): Wanted {
  const text = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services: [{ name: ${name}, frontends: [{ address: 192.0.2.10, port: 80 }], backends: [] }]
`
  const config = parseConfig('lb.yaml', text)
  return { declared: { config, text, name: 'lb.yaml' }, put: [], drains: noDrains } as unknown as Wanted
}

test('what the tables do not serve after a round that failed is not announced, with the reason; it is once they do', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-rounds-'))
  const { made, asked, fault } = rounds(folder.path)
  made.begin(wanted('web'))
  fault.because = 'rings: ENOSPC'
  expect(() => made.again()).toThrow('rings: ENOSPC')
  expect(asked.at(-1)).toEqual({ services: ['web'], unserved: new Map([['192.0.2.10:80/TCP', 'rings: ENOSPC']]) })
  delete fault.because
  made.again()
  expect(asked.at(-1)).toEqual({ services: ['web'], unserved: new Map() })
})

test('a change that cannot be written is not announced; what was there before goes on', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-rounds-'))
  const { made, asked, fault } = rounds(folder.path)
  made.begin(wanted('web'))
  fault.because = 'members: ENOSPC'
  expect(() => made.follow(wanted('mail'))).toThrow('members: ENOSPC')
  expect(fault.writes).toEqual(['web', 'mail', 'web'])
  expect(asked.map(({ services }) => services.join())).toEqual(['web', 'web'])
  expect(asked.at(-1)?.unserved.size).toBe(1)
})
