import { expect, test } from '@jest/globals'
import type { Namespace, Pod } from '@skep/kube'
import { chooseFor, SERVICES_AT, sidecarHint } from './choice.ts'

type Notes = Readonly<Record<string, string>>

const metadata = (name: string, annotations: Notes, labels: Notes) => ({
  name,
  namespace: 'mesh',
  uid: '',
  resourceVersion: '',
  annotations,
  labels,
})

function pod(annotations: Notes = {}, labels: Notes = {}, containers: readonly string[] = ['main']): Pod {
  return {
    kind: 'Pod',
    metadata: metadata('web', annotations, labels),
    spec: {
      hostNetwork: false,
      serviceAccountName: 'default',
      containers: containers.map((name) => ({ name, ports: [] })),
    },
    status: { phase: 'Running', podIPs: [{ ip: '10.0.0.5' }], hostIPs: [], conditions: [] },
  }
}

function namespace(annotations: Notes = {}, labels: Notes = {}): Namespace {
  return { kind: 'Namespace', metadata: metadata('mesh', annotations, labels), status: { phase: 'Active' } }
}

test.each([
  ['nothing is written', pod(), undefined, false, 'socket', 'that is usual'],
  ['only the host’s sockets', pod(), undefined, true, 'device', 'bpf-lb-sock-hostns-only'],
  [
    'an annotation',
    pod({ [SERVICES_AT]: 'device' }),
    undefined,
    false,
    'device',
    `${SERVICES_AT} of the pod is device`,
  ],
  ['a label', pod({}, { [SERVICES_AT]: 'device' }), undefined, false, 'device', `${SERVICES_AT} of the pod is device`],
  [
    'of its namespace',
    pod(),
    namespace({}, { [SERVICES_AT]: 'device' }),
    false,
    'device',
    `${SERVICES_AT} of namespace mesh is device`,
  ],
  [
    'the pod’s own word counts',
    pod({ [SERVICES_AT]: 'socket' }),
    namespace({ [SERVICES_AT]: 'device' }),
    false,
    'socket',
    `${SERVICES_AT} of the pod is socket`,
  ],
] as const)('where services of a pod are translated: %s', (_, one, around, hostOnly, at, why) => {
  expect(chooseFor(one, around, hostOnly)).toEqual({ at, why })
})

test('what is wrong, or cannot be, is told, and what is usual counts', () => {
  expect(chooseFor(pod({ [SERVICES_AT]: 'veth' }), undefined, false)).toMatchObject({
    at: 'socket',
    problem: `${SERVICES_AT} of the pod is "veth"; write socket or device`,
  })
  expect(chooseFor(pod({ [SERVICES_AT]: 'socket' }), undefined, true)).toMatchObject({
    at: 'device',
    problem: expect.stringContaining('bpf-lb-sock-hostns-only leaves the sockets of all pods alone'),
  })
})

test('a sidecar that sees backends in place of services: the hint says what to write', () => {
  const meshed = pod({}, {}, ['main', 'istio-proxy'])
  const hint = sidecarHint(meshed, { at: 'socket', why: '' })
  expect(hint).toMatch(/^its sidecar istio-proxy sees backends .* annotate .* with skep.dev\/services-at=device$/)
  expect(sidecarHint(meshed, { at: 'device', why: '' })).toBeUndefined()
  expect(sidecarHint(pod(), { at: 'socket', why: '' })).toBeUndefined()
})
