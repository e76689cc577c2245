import { expect, test } from '@jest/globals'
import { namespace, service } from '../test/build.ts'
import { readAnnotations } from './annotations.ts'
import { parseDuration } from './duration.ts'
import { notForNode } from './exposure.ts'
import type { Problem } from './problem.ts'
import { parseSelector } from './selector.ts'
import { topologyWish } from './topology.ts'

test.each([
  ['30s', 30],
  ['1m30s', 90],
  ['1.5h', 5400],
  ['500ms', 0.5],
  ['0s', 0],
  ['30', undefined],
  ['', undefined],
  ['-1s', undefined],
  ['1d', undefined],
])('%s is %p seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds)
})

const labels = { role: 'edge', zone: 'a', cpus: '8', 'example.com/gpu': '' }

test.each([
  ['', true],
  ['role=edge', true],
  ['role==edge,zone=a', true],
  ['role=edge, zone=b', false],
  ['role != core', true],
  ['absent!=x', true],
  ['zone in (b, a),role=edge', true],
  ['zone in (b)', false],
  ['zone notin (b,c)', true],
  ['absent notin (b)', true],
  ['example.com/gpu', true],
  ['!example.com/gpu', false],
  ['!absent', true],
  ['cpus > 4', true],
  ['cpus<4', false],
  ['role>4', false],
])('the selector %s selects: %p', (text, selects) => {
  const selector = parseSelector(text)
  if (!('matches' in selector)) throw new Error(selector.trouble)
  expect(selector.matches(labels)).toBe(selects)
})

test.each(['role=', 'role in a', '=x', 'a b', 'role=edge,,zone=a', 'zone in (a'])(
  '%s is no selector, or a narrow one',
  (text) => {
    const selector = parseSelector(text)
    expect('trouble' in selector || !selector.matches(labels)).toBe(true)
  },
)

test('annotations are read; what cannot be used says what would be right', () => {
  const problems: Problem[] = []
  const annotations = {
    'service.cilium.io/lb-algorithm': 'Random',
    'service.cilium.io/forwarding-mode': 'fast',
    'service.cilium.io/lb-algoritm': 'maglev',
    'service.skep.dev/drain-timeout': '5m',
    'service.skep.dev/accept-while-draining': 'yes',
    'io.cilium/global-service': 'true',
    'service.cilium.io/global': 'false',
    'service.cilium.io/proxy-delegation': 'delegate-if-local',
    'example.com/other': 'whatever',
  }
  const read = readAnnotations(service('web', {}, { annotations }), undefined, problems)
  expect(read).toEqual({ algorithm: 'random', drainTimeoutSeconds: 300, global: false })
  expect(problems.map(({ path, message }) => `${path} ${message}`)).toEqual([
    'metadata.annotations["service.cilium.io/forwarding-mode"] "fast" is not used; write one of snat, dsr, hybrid',
    'metadata.annotations["service.skep.dev/accept-while-draining"] "yes" is not used; write true or false',
    expect.stringMatching(/"service.cilium.io\/lb-algoritm"\] is not known and has no effect; .*lb-algorithm,/),
    expect.stringMatching(/"service.cilium.io\/proxy-delegation"\] "delegate-if-local" is not used: .*; write none/),
  ])
})

test('a namespace says how its services drain, where they do not', () => {
  const own = namespace('default', { 'service.skep.dev/drain-timeout': '10s', 'service.cilium.io/type': 'NodePort' })
  const annotations = { 'service.skep.dev/drain-timeout': '20s' }
  expect(readAnnotations(service('web'), own, [])).toEqual({ drainTimeoutSeconds: 10 })
  expect(readAnnotations(service('web', {}, { annotations }), own, [])).toEqual({ drainTimeoutSeconds: 20 })
})

test.each<[Readonly<Record<string, string>>, string | undefined, asked: string | undefined, off: RegExp | undefined]>([
  [{}, undefined, undefined, undefined],
  [{ 'service.kubernetes.io/topology-mode': 'Auto' }, undefined, 'service.kubernetes.io/topology-mode Auto', undefined],
  [
    { 'service.kubernetes.io/topology-aware-hints': 'auto' },
    undefined,
    'service.kubernetes.io/topology-aware-hints auto',
    undefined,
  ],
  [{ 'service.kubernetes.io/topology-mode': 'Disabled' }, undefined, undefined, /topology-mode"\] is disabled/],
  [
    { 'service.kubernetes.io/topology-aware-hints': 'disabled', 'service.kubernetes.io/topology-mode': 'Auto' },
    undefined,
    undefined,
    /topology-aware-hints"\] is disabled/,
  ],
  [
    { 'service.kubernetes.io/topology-mode': 'disabled' },
    'PreferSameZone',
    'trafficDistribution PreferSameZone',
    undefined,
  ],
  [{}, 'PreferSameNode', 'trafficDistribution PreferSameNode', undefined],
  [{}, 'PreferClose', 'trafficDistribution PreferClose', undefined],
])('%p and trafficDistribution %p', (annotations, trafficDistribution, asked, off) => {
  const wish = topologyWish(service('web', { trafficDistribution }, { annotations }), true, [])
  expect(wish.asked).toBe(asked)
  if (off) expect(wish.off).toMatch(off)
  else expect(wish.off).toBeUndefined()
})

test('hints are off with the option, and what is not known about distribution is said', () => {
  expect(topologyWish(service('web'), false, []).off).toBe('enable-service-topology is off')
  const problems: Problem[] = []
  topologyWish(service('web', { trafficDistribution: 'PreferFar' }), true, problems)
  expect(problems).toEqual([
    {
      path: 'spec.trafficDistribution',
      message: '"PreferFar" is not known and has no effect; write one of PreferSameZone, PreferSameNode, PreferClose',
    },
  ])
})

test('services for some nodes: the selector goes before the label; one that is none selects all', () => {
  const reason = (annotations: Record<string, string>, problems: Problem[] = []): string | undefined =>
    notForNode(service('web', {}, { annotations }), { 'service.cilium.io/node': 't1', role: 'edge' }, problems)
  expect(reason({ 'service.cilium.io/node': 't1' })).toBeUndefined()
  expect(reason({ 'service.cilium.io/node': 't2' })).toMatch('only for nodes with the label service.cilium.io/node=t2')
  expect(reason({ 'service.cilium.io/node-selector': 'role=edge', 'service.cilium.io/node': 't2' })).toBeUndefined()
  expect(reason({ 'service.cilium.io/node-selector': 'role in (core)' })).toMatch(
    'only for nodes that role in (core) selects',
  )
  const problems: Problem[] = []
  expect(reason({ 'service.cilium.io/node-selector': 'role is edge' }, problems)).toBeUndefined()
  expect(problems[0]?.message).toMatch('"role is edge" is not a requirement; write one like')
})
