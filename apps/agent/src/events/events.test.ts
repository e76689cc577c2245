import { beforeEach, expect, test } from '@jest/globals'
import { type KubeObject, endpointSlices, type Kind, type KubeEvent, nodes, parseObject, services } from '@skep/kube'
import { ServiceTable } from '@skep/services'
import { ServiceEvents } from './events.ts'

let told: KubeEvent[]
let table: ServiceTable
let events: ServiceEvents

beforeEach(() => {
  told = []
  table = new ServiceTable({ nodeName: 'n1' })
  events = new ServiceEvents({ record: (event) => void told.push(event) }, table)
})

function read<T extends KubeObject>(kind: Kind<T>, value: unknown): T {
  const parsed = parseObject(kind, value)
  if ('refusal' in parsed) throw new Error(parsed.refusal.faults[0]?.message)
  return parsed.object
}

function service(name: string, spec: object = {}, annotations: Readonly<Record<string, string>> = {}): void {
  const metadata = { namespace: 'default', name, uid: `uid of ${name}`, annotations }
  table.set(read(services, { metadata, spec: { clusterIPs: ['10.96.0.1'], ports: [{ port: 80 }], ...spec } }))
}

function slice(endpoints: readonly object[]): void {
  const metadata = { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } }
  table.set(read(endpointSlices, { metadata, addressType: 'IPv4', ports: [{ port: 80 }], endpoints }))
}

/** What a round tells. */
function round(): string[] {
  told = []
  events.round(table.update(0).concerned)
  return told.map(({ about, type, reason, note, shared }) => {
    return `${about.kind} ${about.name} ${type} ${reason}${shared === true ? ' (shared)' : ''}: ${note}`
  })
}

test('what is wrong in a service is told once, to all nodes the same; again when it comes back', () => {
  const wrong = { 'service.cilium.io/lb-algorithm': 'blue' }
  service('web', {}, wrong)
  expect(round()).toEqual([
    expect.stringMatching(
      /^Service web Warning InvalidSetting \(shared\): metadata.*lb-algorithm.*"blue" is not used; write one of/,
    ),
  ])
  expect(told[0]?.about.uid).toBe('uid of web')
  service('web', { sessionAffinity: 'ClientIP' }, wrong)
  expect(round()).toEqual([])
  service('web')
  expect(round()).toEqual([])
  service('web', {}, wrong)
  expect(round()).toHaveLength(1)
})

test('who loses an address to another is told, and by whom', () => {
  service('web')
  service('web2')
  expect(round()).toEqual([
    expect.stringMatching(/^Service web2 Warning AddressTaken \(shared\): .*10\.96\.0\.1:80\/TCP: default\/web has it/),
  ])
})

test('hints that are ignored are told with the node, whichever endpoint is the one', () => {
  table.set(read(nodes, { metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'a' } } }))
  service('web')
  const [bare, hinted] = [{ zone: 'a' }, { zone: 'a', hints: { forZones: [{ name: 'a' }] } }]
  slice([
    { ...hinted, addresses: ['10.0.0.1'] },
    { ...bare, addresses: ['10.0.0.2'] },
  ])
  expect(round()).toEqual(['Service web Warning HintsIgnored: on n1: endpoint 10.0.0.2 has no zone hint'])
  slice([
    { ...hinted, addresses: ['10.0.0.2'] },
    { ...bare, addresses: ['10.0.0.3'] },
  ])
  expect(round()).toEqual([])
})

test('no room is told for as long as it is so', () => {
  service('web')
  round()
  const full = { service: 'default/web', frontend: 'TCP 10.96.0.1 80', message: 'all 64 frontends are taken' }
  const refused = (...all: (typeof full)[]): number => {
    told = []
    events.refused(all)
    return told.length
  }
  expect([refused(full), refused(full), refused(), refused(full)]).toEqual([1, 0, 0, 1])
  expect(told[0]?.note).toBe('on n1: TCP 10.96.0.1 80: all 64 frontends are taken')
})

test('drains are told where there is somebody to wait for', () => {
  service('web')
  round()
  const drain = { service: 'default/web', backend: 'TCP 10.0.0.1:80', message: 'm', openConnections: 1 }
  events.drain({ ...drain, reason: 'DrainStarted', openConnections: 0 })
  expect(told).toEqual([])
  events.drain({ ...drain, reason: 'DrainStarted' })
  events.drain({ ...drain, reason: 'Drained', openConnections: 0 })
  events.drain({ ...drain, reason: 'DrainTimedOut' })
  expect(told.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
    'Normal DrainStarted',
    'Normal Drained',
    'Warning DrainTimedOut',
  ])
})

test('what packets from outside are not served at is told once of the service; a device that refuses, of the node', () => {
  service('web')
  table.update(0)
  const sctp = { service: 'default/web', frontend: 'external 192.0.2.1:80/TCP', message: 'another frontend has it' }
  const node = read(nodes, { metadata: { name: 'n1', uid: 'uid of n1' } })
  const tell = (deviations: readonly (typeof sctp)[], troubles: readonly string[]): string[] => {
    told = []
    events.notFromOutside(deviations)
    events.ofNode(node, troubles)
    return told.map(({ about, reason, action, note }) => `${about.kind} ${about.name} ${reason} ${action}: ${note}`)
  }
  expect(tell([sctp], ['eth1: the driver cannot'])).toEqual([
    'Service web NotFromOutside LeaveOut: on n1: external 192.0.2.1:80/TCP: another frontend has it',
    'Node n1 NotFromOutside LeaveOut: eth1: the driver cannot',
  ])
  expect(tell([sctp], ['eth1: the driver cannot'])).toEqual([])
  expect(tell([], [])).toEqual([])
  expect(tell([sctp], [])).toHaveLength(1)
})
