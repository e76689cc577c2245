import { applyHookStep, attachTraffic, type DecapSpec, dispatches, loadPrograms, presentHooks } from '@skep/lb-engine'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { needing, needs, ownName, topology } from '@skep/testbed'
import { probe, queryTcx } from 'libbpf-ts'
import { parseDecapConfig } from './load.ts'
import { decapPaths } from './paths.ts'
import { removeDecap } from './uninstall.ts'

const { test } = needing(needs.root, needs.bpf)

const spec: DecapSpec = parseDecapConfig(
  'decap.yaml',
  `apiVersion: skep.dev/v1
kind: Decap
spec:
  devices: [eth0]
  acceleration: tc
  dispatch: [${dispatches.join(', ')}]
  sources: [10.255.0.0/16]
  vips: [192.0.2.10]
`,
)

test('kernels without TCX: filters are adopted, updated in place, and go with the installation', async () => {
  await using net = await topology({ one: '10.0.0.1/24', two: '10.0.0.2/24' })
  const runDir = mkdtempSync(join(tmpdir(), 'skep-lb-decap-'))
  const paths = decapPaths({ instance: 'old', bpfRoot: `/sys/fs/bpf/${ownName('skep-test-filters')}`, runDir })
  const hook = (direction: 'in' | 'out') =>
    ({ device: 'eth0', index: net.one.device().index, direction, kind: 'tc' }) as const
  try {
    net.one.run(() => {
      using first = loadPrograms(paths, spec)
      for (const direction of ['out', 'in'] as const) {
        const program = direction === 'in' ? first.programs.decapIngress : first.programs.decapEgress
        expect(attachTraffic(paths, program, hook(direction), ['clsact'])).toBe('clsact')
      }
    })
    const present = net.one.run(() => presentHooks(paths))
    expect(present).toEqual(expect.arrayContaining([hook('in'), hook('out')]))
    net.one.run(() => {
      using second = loadPrograms(paths, spec)
      for (const one of present) applyHookStep({ do: 'update', hook: one }, paths, second.programs, spec)
      if (probe.feature('tcx').supported === true)
        expect(queryTcx({ device: 'eth0', direction: 'ingress' }).programs).toEqual([])
    })
    expect(await net.one.exec('tc', 'filter', 'show', 'dev', 'eth0', 'ingress')).toContain('decap_ingress')
    const lines = net.one.run(() => removeDecap(paths))
    expect(lines).toEqual([
      'eth0: in: program taken off',
      'eth0: out: program taken off',
      expect.stringContaining('tables removed'),
    ])
    expect(await net.one.exec('tc', 'filter', 'show', 'dev', 'eth0', 'ingress')).not.toContain('decap_ingress')
    expect(existsSync(paths.pins)).toBe(false)
  } finally {
    net.one.run(() => removeDecap(paths))
    rmSync(runDir, { recursive: true, force: true })
  }
})
