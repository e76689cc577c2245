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
    given({ 'bpf-lb-mode': 'dsr' }),
    given({ 'bpf-lb-mode': 'hybrid', 'enable-mke': 'true' }, 'env '),
    given({ 'bpf-lb-mode': 'snat', 'bpf-lb-algorithm': 'maglev' }, '/etc/'),
  ])
  expect(settings).toMatchObject({ 'bpf-lb-mode': 'dsr', 'enable-mke': true, 'bpf-lb-algorithm': 'maglev' })
  expect(origins).toEqual(
    new Map([
      ['bpf-lb-mode', '--bpf-lb-mode'],
      ['enable-mke', 'env enable-mke'],
      ['bpf-lb-algorithm', '/etc/bpf-lb-algorithm'],
    ]),
  )
  expect(settings['node-port-range']).toEqual([30_000, 32_767])
})

describe('older names', () => {
  test('mean the same', () => {
    expect(resolve([given({ 'node-port-mode': 'dsr' })]).settings['bpf-lb-mode']).toBe('dsr')
  })

  test('may stand beside the newer one only if they agree', () => {
    expect(problemsOf(given({ 'node-port-mode': 'dsr', 'bpf-lb-mode': 'dsr' }))).toEqual([])
    expect(problemsOf(given({ 'node-port-mode': 'dsr', 'bpf-lb-mode': 'snat' }))).toEqual([
      '--bpf-lb-mode says "snat" and --node-port-mode says "dsr", which are the same option; keep one',
    ])
  })
})

test('all that is wrong is told at once', () => {
  const wrong = { 'bpf-lb-mod': 'dsr', 'enable-ipv4': 'maybe', 'node-port-range': '5,1', whatever: '' }
  expect(problemsOf(given(wrong))).toEqual([
    '--bpf-lb-mod: bpf-lb-mod is not an option; did you mean bpf-lb-mode?',
    '--whatever: whatever is not an option; skep-agent config --help lists them',
    '--enable-ipv4: "maybe" is not yes or no; write true or false',
    '--node-port-range: "5,1" is not a range of ports; write the first and a larger last one, like 30000,32767',
  ])
})

describe('what contradicts itself is refused', () => {
  test.each([
    [{ 'enable-ipv4': 'false', 'enable-ipv6': 'false' }, 'enable-ipv4 and enable-ipv6 are both false'],
    [{ 'kube-proxy-replacement': 'strict', 'enable-host-port': 'false' }, 'kube-proxy-replacement=strict needs it'],
    [{ 'bpf-lb-rss-ipv4-src-cidr': '10.0.0.0/8' }, 'bpf-lb-dsr-dispatch is opt; write ipip'],
    [{ 'enable-host-reachable-services': 'true', 'host-reachable-services-protos': '' }, 'names no protocol'],
  ])('%j', (text, wanted) => {
    expect(problemsOf(given(text as Record<string, string>))).toEqual([expect.stringContaining(wanted)])
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
