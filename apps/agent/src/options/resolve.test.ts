import { describe, expect, test } from '@jest/globals'
import { catalogue } from './catalogue/index.ts'
import { elsewhere } from './catalogue/elsewhere.ts'
import type { Given } from './gather.ts'
import { type OptionsError, resolve } from './resolve.ts'

const given = (text: Readonly<Record<string, string>>, from = '--'): Given[] =>
  Object.entries(text).map(([name, value]) => ({ name, text: value, origin: `${from}${name}` }))

function problemsOf(...sources: Given[][]): readonly string[] {
  try {
    resolve(sources)
  } catch (error) {
    return (error as OptionsError).problems
  }
  return []
}

test('the strongest source decides, and each value knows where it is from', () => {
  const { settings, origins } = resolve([
    given({ 'enable-ipv6': 'false' }),
    given({ 'enable-ipv6': 'true', 'enable-mke': 'true' }, 'env '),
    given({ 'enable-mke': 'false', 'bpf-lb-map-max': '5000' }, '/etc/'),
  ])
  expect(settings).toMatchObject({ 'enable-ipv6': false, 'enable-mke': true, 'bpf-lb-map-max': 5000 })
  expect(origins).toEqual(
    new Map([
      ['enable-ipv6', '--enable-ipv6'],
      ['enable-mke', 'env enable-mke'],
      ['bpf-lb-map-max', '/etc/bpf-lb-map-max'],
    ]),
  )
  expect(settings['enable-node-port']).toBe(true)
})

test('what one source says twice has to agree', () => {
  const twice = (one: string, other: string): Given[] => [...given({ debug: one }), ...given({ debug: other })]
  expect(problemsOf(twice('true', 'true'))).toEqual([])
  expect(problemsOf(twice('true', 'false'))).toEqual([
    '--debug says "false" and --debug says "true", one after the other; keep one',
  ])
})

test('all that is wrong is told at once', () => {
  const wrong = { 'enable-nod-port': 'true', 'enable-ipv4': 'maybe', 'agent-health-port': '0', whatever: '' }
  expect(problemsOf(given(wrong))).toEqual([
    '--enable-nod-port: enable-nod-port is not an option; did you mean enable-node-port?',
    '--whatever: whatever is not an option; skep-agent config --help lists them',
    '--enable-ipv4: "maybe" is not yes or no; write true or false',
    '--agent-health-port: "0" is not a port; write a whole number from 1 to 65535',
  ])
})

describe('what contradicts itself is refused', () => {
  test.each([
    [{ 'enable-ipv4': 'false', 'enable-ipv6': 'false' }, 'enable-ipv4 and enable-ipv6 are both false'],
    [
      { 'kube-proxy-replacement': 'strict', 'enable-node-port': 'false' },
      'but enable-node-port is false; make it true',
    ],
    [
      { 'kube-proxy-replacement': 'strict', 'enable-session-affinity': 'false' },
      'but enable-session-affinity is false; make it true',
    ],
    [{ 'bpf-lb-dsr-dispatch': 'ipip' }, 'ipip is not served: a node that only serves its own pods takes no tunnels in'],
    [{ 'node-port-range': '30000,30000' }, 'write the first and the last, like 30000,32767'],
    [{ 'node-port-mode': 'dsr', 'bpf-lb-mode': 'snat' }, 'two names of one option'],
    [{ 'mke-cgroup-mount': '/sys/fs/cgroup/net_cls' }, 'names a mount for MKE, but enable-mke is false; write'],
    [
      { 'enable-host-reachable-services': 'false', 'lb-sock-terminate-all-protos': 'true' },
      'is about services at the socket, but enable-host-reachable-services is false; write true',
    ],
    [{ 'enable-node-port': 'false', 'node-port-bind-protection': 'true' }, 'protects node ports, but'],
    [{ 'enable-host-reachable-services': 'true', 'host-reachable-services-protos': '' }, 'names no protocol'],
    [
      { 'bpf-lb-sock-hostns-only': 'true', 'enable-host-reachable-services': 'false' },
      'enable-host-reachable-services is false; write true',
    ],
  ])('%j', (text, wanted) => {
    expect(problemsOf(given(text as Record<string, string>))).toEqual([expect.stringContaining(wanted)])
  })
})

describe('what another option takes the ground from is said', () => {
  test.each([
    [{ 'bpf-lb-mode': 'dsr' }, 'bpf-lb-mode', 'kube-proxy-replacement is partial and devices names none'],
    [{ 'kube-proxy-replacement': 'disabled', devices: 'eth0' }, 'devices', 'kube-proxy-replacement is disabled'],
    [
      { 'kube-proxy-replacement': 'strict', 'bpf-lb-algorithm': 'random', 'bpf-lb-maglev-table-size': '16381' },
      'bpf-lb-maglev-table-size',
      'bpf-lb-algorithm is random',
    ],
    [{ 'bgp-config-path': '/etc/bgp.yaml' }, 'bgp-config-path', 'neither bgp-announce-pod-cidr nor'],
  ])('%j', (text, name, reason) => {
    const ignored = [{ name, origin: `--${name}`, reason: expect.stringContaining(reason) as unknown }]
    expect(resolve([given(text as Record<string, string>)]).ignored).toEqual(ignored)
  })

  test('but not where it says what is so anyway, or counts', () => {
    expect(resolve([given({ 'bpf-lb-mode': 'snat', procfs: '/host/proc' })]).ignored).toEqual([])
    const counts = { 'bpf-lb-mode': 'dsr', 'kube-proxy-replacement': 'strict', 'bpf-lb-acceleration': 'testing-only' }
    expect(resolve([given(counts)]).ignored).toEqual([])
  })
})

describe('what Cilium has and this agent does not', () => {
  test('is taken, and said', () => {
    expect(resolve([[], [], given({ tunnel: 'vxlan' }, '/etc/')]).ignored).toEqual([
      { name: 'tunnel', origin: '/etc/tunnel', reason: 'the CNI plugin gives pods their network' },
    ])
  })

  test('is nothing that it has', () => {
    expect([...elsewhere.keys()].filter((name) => Object.hasOwn(catalogue, name))).toEqual([])
  })
})
