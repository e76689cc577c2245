import { expect, test } from '@jest/globals'
import { type EndpointSpec, slice } from '../test/build.ts'
import { candidatesOf } from './candidates.ts'
import { choose, type ChoiceQuestion, type TrafficPolicy } from './choose.ts'
import { rules } from './verdict.ts'

const http = { name: 'http', protocol: 'TCP' as const }
const plain: ChoiceQuestion = {
  nodeName: 'n1',
  zone: 'a',
  asked: undefined,
  off: undefined,
  acceptWhileDraining: false,
  usesTerminating: true,
  gone: () => undefined,
}

/** Last numbers of the addresses that are chosen; kept ones in brackets. */
function outcome(
  endpoints: readonly EndpointSpec[],
  policy: TrafficPolicy = 'Cluster',
  question: Partial<ChoiceQuestion> = {},
): string {
  const candidates = candidatesOf([slice('web', endpoints)], http)
  const choice = choose(candidates, policy, { ...plain, ...question })
  const names = candidates.map(({ endpoint }, i) => {
    const { fate } = rules[choice.rules[i]!]
    const name = endpoint.address.split('.')[3]!
    return fate === 'chosen' ? name : fate === 'kept' ? `(${name})` : ''
  })
  const { mode, by, ignored } = choice.topology
  const topology = `${mode === 'all' ? '' : `; by ${mode} ${by}`}${ignored === undefined ? '' : `; ${ignored}`}`
  return `${names.filter((name) => name !== '').join(' ')}${topology}`
}

function at(number: number, is: EndpointSpec['is'] = 'ready', more: Partial<EndpointSpec> = {}): EndpointSpec {
  return { address: `10.0.0.${number}`, is, node: number % 2 === 1 ? 'n1' : 'n2', ...more }
}

// Odd numbers are on this node.
test.each<[string, readonly EndpointSpec[], cluster: string, local: string]>([
  ['all ready', [at(1), at(2)], '1 2', '1'],
  ['one terminating, one ready', [at(1, 'terminating'), at(2)], '(1) 2', '1'],
  ['one terminating, one ready, on one node', [at(1, 'terminating'), at(3)], '(1) 3', '(1) 3'],
  ['all terminating', [at(1, 'terminating'), at(2, 'terminating')], '1 2', '1'],
  ['all on this node terminating', [at(1, 'terminating'), at(3, 'terminating'), at(2)], '(1) (3) 2', '1 3'],
  ['terminating, not serving', [at(1, 'gone-soon'), at(2, 'gone-soon')], '(1) (2)', '(1)'],
  ['terminating, one serves', [at(1, 'gone-soon'), at(3, 'terminating')], '(1) 3', '(1) 3'],
  ['not ready', [at(1, 'unready'), at(2)], '(1) 2', '(1)'],
  ['not ready beside terminating', [at(1, 'unready'), at(3, 'terminating')], '(1) 3', '(1) 3'],
  ['only on another node', [at(2)], '2', ''],
  ['published though terminating', [at(1, 'published'), at(3)], '1 3', '1 3'],
  ['nobody', [], '', ''],
])('KEP-1669: %s', (_, endpoints, cluster, local) => {
  expect(outcome(endpoints, 'Cluster')).toBe(cluster)
  expect(outcome(endpoints, 'Local')).toBe(local)
})

test('who does not use terminating endpoints leaves them where they are', () => {
  expect(outcome([at(1, 'terminating')], 'Cluster', { usesTerminating: false })).toBe('(1)')
})

test('a service may accept while draining; an endpoint that does not serve takes nothing even then', () => {
  const endpoints = [at(1), at(3, 'terminating'), at(5, 'gone-soon')]
  expect(outcome(endpoints, 'Cluster', { acceptWhileDraining: true })).toBe('1 3 (5)')
  expect(outcome(endpoints, 'Local', { acceptWhileDraining: true })).toBe('1 3 (5)')
})

test('an endpoint that is gone is nobody’s, and does not count as ready', () => {
  const gone: ChoiceQuestion['gone'] = ({ endpoint }) => (endpoint.address === '10.0.0.1' ? 'pod-ended' : undefined)
  expect(outcome([at(1), at(3, 'terminating')], 'Cluster', { gone })).toBe('3')
})

const zoned = (number: number, forZones: string[], is: EndpointSpec['is'] = 'ready'): EndpointSpec =>
  at(number, is, { forZones, zone: forZones[0] ?? 'a' })
const noded = (number: number, forNodes: string[], forZones: string[] = ['a']): EndpointSpec =>
  at(number, 'ready', { forNodes, forZones })

test.each<[string, readonly EndpointSpec[], Partial<ChoiceQuestion>, string]>([
  ['all hinted', [zoned(1, ['a']), zoned(2, ['b'])], {}, '1; by zone a'],
  ['hinted for two zones', [zoned(1, ['b', 'a']), zoned(2, ['b'])], {}, '1; by zone a'],
  ['one without', [zoned(1, ['a']), at(2)], {}, '1 2; endpoint 10.0.0.2 has no zone hint'],
  ['none for here', [zoned(1, ['b']), zoned(2, ['c'])], {}, '1 2; no endpoint is hinted for zone a'],
  [
    'no zone of the node',
    [zoned(1, ['a'])],
    { zone: undefined },
    '1; node n1 has no label topology.kubernetes.io/zone',
  ],
  ['nobody asked, none there', [at(1)], {}, '1'],
  ['asked, none there', [at(1)], { asked: 'X' }, '1; X asks for hints, but no endpoint has any'],
  ['switched off', [zoned(1, ['a']), zoned(2, ['b'])], { off: 'it is off' }, '1 2; it is off'],
  ['one not ready without', [zoned(1, ['a']), zoned(2, ['b']), at(3, 'unready')], {}, '1 (3); by zone a'],
  [
    'the only one for here not ready',
    [zoned(1, ['a'], 'unready'), zoned(2, ['b'])],
    {},
    '(1) 2; no endpoint is hinted for zone a',
  ],
  [
    'the only one for here terminating',
    [zoned(1, ['a'], 'terminating'), zoned(2, ['b'])],
    {},
    '(1) 2; no endpoint is hinted for zone a',
  ],
  ['all terminating', [zoned(1, ['a'], 'terminating'), zoned(2, ['b'], 'terminating')], {}, '1 2'],
])('KEP-2433: %s', (_, endpoints, question, expected) => {
  expect(outcome(endpoints, 'Cluster', question)).toBe(expected)
})

test.each<[string, readonly EndpointSpec[], Partial<ChoiceQuestion>, string]>([
  ['this node', [noded(1, ['n1']), noded(2, ['n2'])], {}, '1; by node n1'],
  ['nodes before zones', [noded(1, ['n1']), noded(3, ['n3'], ['b'])], {}, '1; by node n1'],
  [
    'no node, a zone',
    [noded(2, ['n2']), noded(4, ['n4'], ['b'])],
    {},
    '2; by zone a; no endpoint is hinted for node n1',
  ],
  ['one without a node', [noded(1, ['n1']), zoned(2, ['b'])], {}, '1; by zone a; endpoint 10.0.0.2 has no node hint'],
  ['no node, no zone', [noded(2, ['n2'], ['b']), noded(4, ['n4'], ['b'])], {}, '2 4; no endpoint is hinted for zone a'],
  ['a node needs no zone', [noded(1, ['n1']), noded(2, ['n2'])], { zone: undefined }, '1; by node n1'],
])('KEP-3015: %s', (_, endpoints, question, expected) => {
  expect(outcome(endpoints, 'Cluster', question)).toBe(expected)
})

test('Local has no topology', () => {
  expect(outcome([zoned(1, ['b']), zoned(3, ['a'])], 'Local')).toBe('1 3')
})

test('accepting while draining stays in the zone: hints of terminating endpoints are gone, their own zone counts', () => {
  const endpoints = [
    zoned(1, ['a']),
    zoned(2, ['b']),
    at(3, 'terminating', { zone: 'a' }),
    at(5, 'terminating', { zone: 'b' }),
  ]
  expect(outcome(endpoints, 'Cluster', { acceptWhileDraining: true })).toBe('1 3 (5); by zone a')
})

test('an endpoint of a slice with weight 0 takes nothing, and none of it counts', () => {
  const maintained = slice('web', [at(1)], { annotations: { 'service.cilium.io/weight': '0' } })
  const other = slice('web', [at(3, 'terminating')], { name: 'web-2' })
  const choice = choose(candidatesOf([maintained, other], http), 'Cluster', plain)
  expect(choice.rules).toEqual(['maintenance', 'last-serving'])
})
