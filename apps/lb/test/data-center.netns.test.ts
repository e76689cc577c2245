import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { frrNeeds } from './bgp/frr.ts'

const main = fileURLToPath(new URL('../../../examples/data-center/main.ts', import.meta.url))

/** What of its document is looked at. */
interface Report {
  readonly scenarios: readonly {
    readonly scenario: string
    readonly routerMs: number | null
    readonly outcomes: readonly {
      readonly kind: string
      readonly broken: number
      readonly failed: number
      readonly failedAfter: number
    }[]
  }[]
}

/** The example, with few connections and times that a busy machine keeps; a lost SYN is sent again after a second. */
async function dataCenter(router: string): Promise<Report> {
  const amounts = ['--held', '24', '--per-second', '16', '--bfd', '300', '--patience', '8000']
  const args = ['--conditions=@skep/source', '--disable-warning=ExperimentalWarning', main, '--json', ...amounts]
  const child = spawn(process.execPath, [...args, '--router', router], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Report
}

/** Nobody who has a stable slot notices anything; nobody at all once the router has turned away. */
async function survives(router: string): Promise<void> {
  const { scenarios } = await dataCenter(router)
  for (const { scenario, outcomes } of scenarios)
    for (const { kind, broken, failed, failedAfter } of outcomes)
      expect({ scenario, kind, broken, failed, failedAfter }).toEqual(
        kind === 'stable'
          ? { scenario, kind, broken: 0, failed: 0, failedAfter: 0 }
          : { scenario, kind, broken: expect.any(Number), failed: expect.any(Number), failedAfter: 0 },
      )
  const silent = scenarios.filter(({ routerMs }) => routerMs === null)
  expect(silent.map(({ scenario }) => scenario)).toEqual(['control plane killed', 'restarted'])
  expect(silent.flatMap(({ outcomes }) => outcomes).filter(({ broken, failed }) => broken + failed > 0)).toEqual([])
  // Connections did go over other load balancers than before: what is translated does not bear that.
  const snat = scenarios.flatMap(({ outcomes }) => outcomes).filter(({ kind }) => kind === 'snat')
  expect(snat.some(({ broken }) => broken > 0)).toBe(true)
}

needing(needs.root, needs.bpf, needs.binary('bird')).test(
  'a load balancer of three behind BIRD is killed, restarted, drained, cut off and lost: connections through stable slots go on',
  () => survives('bird'),
  180_000,
)

needing(needs.root, needs.bpf, ...frrNeeds).test('the same behind FRR', () => survives('frr'), 180_000)
