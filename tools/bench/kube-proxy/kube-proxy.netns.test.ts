import { expect } from '@jest/globals'
import { clusterNeeds } from '@skep/kube-testenv'
import { needing, needs } from '@skep/testbed'
import type { BenchCase } from '../bench.ts'
import { compare } from './compare.ts'
import { buildSite } from './site.ts'

const { test } = needing(...clusterNeeds, needs.binary('nft'), needs.binary('iptables'), needs.binary('cc'))

test('skep-agent and kube-proxy side by side: all start, follow a change, and carry connections', async () => {
  const [rows, floors]: [BenchCase[], BenchCase[]] = [[], []]
  await using site = await buildSite('sources')
  const effort = { sizes: [2, 3], changes: 1, rounds: 1, spans: { connects: 5, ms: 5 } }
  await compare(site, effort, {
    report: (row) => rows.push(row),
    floor: (row) => floors.push(row),
    progress: () => undefined,
  })
  const names = ['skep-agent', 'kube-proxy-nftables', 'kube-proxy-iptables']
  const of = (size: number): string[] => [
    ...names.flatMap((name) => ['process', 'change', 'restart'].map((what) => `services/${size}/${what}/${name}`)),
    ...names.map((name) => `services/${size}/traffic/${name}`),
  ]
  expect(rows.map(({ name }) => name)).toEqual([...of(2), ...of(3)])
  expect(floors.map(({ name }) => name)).toEqual(['services/2/traffic/direct', 'services/3/traffic/direct'])
  const figures = [...rows, ...floors].flatMap((row) => Object.values(row).filter((value) => value !== row.name))
  expect(figures.every((figure) => typeof figure === 'number' && figure >= 0 && figure < Infinity)).toBe(true)
  const restarts = rows.filter(({ name }) => name.includes('/restart/'))
  expect(restarts.map(({ held }) => held)).toEqual(Array.from(restarts, () => 50))
  // What connections meet when kube-proxy restarts is a finding, not ours to ask for.
  const ours = restarts.filter(({ name }) => name.endsWith('/skep-agent'))
  expect(ours).toMatchObject([
    { broken: 0, failed: 0 },
    { broken: 0, failed: 0 },
  ])
  const inPlace = Object.fromEntries(rows.map(({ name, rules, programs }) => [name, { rules, programs }]))
  expect(inPlace['services/3/process/skep-agent']).toEqual({ rules: 0, programs: 12 })
  for (const mode of ['nftables', 'iptables']) {
    const at = (size: number): number => Number(inPlace[`services/${size}/process/kube-proxy-${mode}`]?.rules)
    expect(at(3)).toBeGreaterThan(at(2))
  }
}, 120_000)
