import type { NextHopStatus } from '@skep/lb-engine'
import { expect, test } from '@jest/globals'
import { formatStatus } from './format.ts'
import type { Status } from './status.ts'

function nextHop(address: string, more: Partial<NextHopStatus>): NextHopStatus {
  const since = '2026-01-01T00:00:00.000Z'
  const rest = { since, kernel: 'reachable', managed: true, users: 1, failures: 0, moves: 0, text: '' }
  return { address, device: 'eth0', mac: null, state: 'usable', ...rest, ...more }
}

const counted = { packets: 100, bytes: 1000 }
const member = { source: '10.1.0.1', slots: 0, share: 0, draining: false, flows: 0, ...counted }
const stable = {
  mode: 'snat',
  algorithm: 'maglev',
  affinity: false,
  moving: 0,
  records: 0,
  ranges: null,
  rateLimit: null,
} as const

const status: Status = {
  kernel: {
    release: '5.10.0-33-amd64',
    lacks: [{ needs: 'managed neighbours', since: '5.16', instead: 'asked again' }],
  },
  instance: 'edge',
  process: { pid: 7, since: '2026-01-01T00:00:00.000Z', config: '/etc/skep/edge.yaml', alive: true },
  program: { id: 3, tag: 'aa', runs: 0, runTimeNs: 0, nsPerPacket: null },
  devices: [
    { name: 'eth0', mode: 'native', attached: true },
    { name: 'br0', mode: 'generic', reason: 'the driver has no XDP in this mode', attached: true },
    { name: 'eth9', mode: 'native', attached: false },
  ],
  services: [
    {
      id: 1,
      name: 'web',
      frontend: '192.0.2.10:80/TCP',
      ...stable,
      slots: 1024,
      packets: 1100,
      bytes: 80_000,
      members: [
        { ...member, id: 1, backend: '10.1.0.11:8080', slots: 1024, share: 1, packets: 1000, bytes: 79_000 },
        { ...member, id: 2, backend: '10.1.0.9:8080' },
      ],
    },
    { ...stable, id: 2, frontend: '192.0.2.10:53/UDP', slots: 0, packets: 0, bytes: 0, members: [] },
  ],
  health: null,
  announce: null,
  ejections: [],
  verdicts: [
    { verdict: 'REDIRECT_TO_BACKEND', action: 'REDIRECT', description: 'sent', packets: 1100, bytes: 1 },
    { verdict: 'DROP_TTL', action: 'DROP', description: 'TTL used up', packets: 0, bytes: 0 },
  ],
  connections: { opening: 0, established: 7, closing: 1, closed: 12 },
  gauges: [
    { name: 'connections', used: 9, size: 10, percent: 90, warning: true, setting: 'spec.capacity.connections' },
    { name: 'services', used: 1, size: 10, percent: 10, warning: false, setting: 'spec.capacity.services' },
  ],
  sources: ['10.1.0.1'],
  nextHops: [
    nextHop('10.0.0.253', { mac: '02:00:00:00:00:11', text: 'usable for 2 h' }),
    nextHop('10.0.0.254', { state: 'failed', text: 'DOES NOT ANSWER since then' }),
  ],
}

test('what an operator reads', () => {
  expect(formatStatus(status))
    .toBe(`instance edge: process 7 runs it since 2026-01-01T00:00:00.000Z, with /etc/skep/edge.yaml

devices
  eth0  native
  br0   generic  the driver has no XDP in this mode
  eth9  gone

service web 192.0.2.10:80/TCP (id 1, snat, 1024 slots): 1100 packets, 80000 bytes
  id 1  10.1.0.11:8080  from 10.1.0.1  100.0 %  1000 packets  79000 bytes
  id 2  10.1.0.9:8080   from 10.1.0.1    0.0 %   100 packets   1000 bytes

service 192.0.2.10:53/UDP (id 2, snat, 0 slots): 0 packets, 0 bytes
  no backends

next hops, kept resolved: 1 of 2
  10.0.0.253  eth0  usable for 2 h
  10.0.0.254  eth0  DOES NOT ANSWER since then

connections
  opening       0
  established   7
  closing       1
  closed       12

what became of the packets
  REDIRECT_TO_BACKEND  1100  sent

fill
  connections  9 of 10  90 %  WARNING: raise spec.capacity.connections
  services     1 of 10  10 %

kernel 5.10.0-33-amd64 lacks, and what is done in its place
  no managed neighbours (Linux 5.16)  asked again`)
})

test('a dead process is the first thing that is told', () => {
  const [first] = formatStatus({ ...status, process: { ...status.process!, alive: false } }).split('\n')
  expect(first).toContain('NO PROCESS RUNS IT (7 has ended)')
  expect(first).toContain('skep-lb run --config /etc/skep/edge.yaml')
})

test('a load balancer whose devices have all gone does not claim to serve', () => {
  const devices = status.devices.map((device) => ({ ...device, attached: false }))
  const first = (process: Status['process']) => formatStatus({ ...status, devices, process }).split('\n')[0]
  expect(first(null)).toBe(
    'instance edge: installed, but on no device: nothing is balanced. Start it again, or take the rest off: skep-lb uninstall',
  )
  expect(first(status.process)).toMatch(/^instance edge: process 7 runs it .*, on no device: nothing is balanced until/)
})

test('an instance that is not there', () => {
  const nothing = { process: null, program: null, devices: [], services: [] }
  expect(formatStatus({ ...status, ...nothing })).toBe('instance edge: not installed')
})

test('health in words, and that nobody checks', () => {
  const backend = { backend: '10.1.0.11:8080', status: 'up', usable: true, share: 1, since: null, last: null } as const
  const service = { name: 'web/ipv4', frontends: [], panic: false, up: 1, counted: 1, text: 'web/ipv4: 1 of 1 up' }
  const backends = [{ ...backend, text: '10.1.0.11:8080 is up' }]
  const text = formatStatus({ ...status, health: { pid: 8, services: [{ ...service, backends }] } })
  expect(text).toContain('\nhealth, checked by process 8\n  web/ipv4: 1 of 1 up\n    10.1.0.11:8080 is up\n')
  expect(formatStatus({ ...status, health: { pid: null, services: [] } })).toContain('NO PROCESS CHECKS')
})

test('a service whose packets are sent on as they are, while slots change hands', () => {
  const moving = {
    mode: 'dsr-l2',
    algorithm: 'random',
    affinity: true,
    slots: 512,
    moving: 170,
    records: 1024,
    ranges: 2,
    rateLimit: '10/s, 20 at once, per /32',
  } as const
  const members = [
    { ...member, source: 'none', id: 1, backend: '10.1.0.11:80', slots: 512, share: 1 },
    { ...member, source: 'none', id: 2, backend: '10.1.0.12:80', draining: true, flows: 3 },
  ]
  const services = [{ ...moving, id: 4, frontend: '192.0.2.10:80/TCP', ...counted, members }]
  expect(
    formatStatus({ ...status, services })
      .split('\n')
      .filter((line) => /192\.0|10\.1/.test(line)),
  ).toEqual([
    'service 192.0.2.10:80/TCP (id 4, dsr-l2, at random, session affinity, 512 slots, 170 change hands, room for 1024 records, admits 2 source ranges, limited to 10/s, 20 at once, per /32): 100 packets, 1000 bytes',
    expect.stringMatching(/^ {2}id 1 {2}10\.1\.0\.11:80 .*100\.0 % {2}100 packets/),
    expect.stringMatching(/^ {2}id 2 {2}10\.1\.0\.12:80 .*leaves {3}100 packets .*3 flows recorded$/),
  ])
})
