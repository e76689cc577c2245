import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { ipJson } from '../../test/ip.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import { openNetlink } from '../netlink.ts'
import type { Rule } from './rule-types.ts'

const { test } = needing(needs.root, needs.binary('ip'))

interface IpRule {
  priority: number
  src: string
  srclen?: number
  dst?: string
  dstlen?: number
  fwmark?: string
  fwmask?: string
  iif?: string
  oif?: string
  table?: string
  action?: string
  goto?: number
  not?: null
  suppress_prefixlen?: number
  sport?: number
  sport_start?: number
  ipproto?: string
}

test('what is added is read by ip, and the same from here', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.rule.add({ priority: 10, from: '10.0.0.0/8', to: '192.168.0.0/16', table: 100 })
  nl.rule.add({ priority: 11, fwmark: 0x10, fwmask: 0xf0, iif: 'lo', table: 'main' })
  nl.rule.add({ priority: 12, oif: 'eth9', ipProtocol: 6, sourcePorts: [1000, 2000], table: 'local' })
  nl.rule.add({ priority: 13, from: '10.0.0.1', action: 'blackhole' })
  nl.rule.add({ priority: 14, action: 'unreachable' })
  nl.rule.add({ priority: 15, action: 'prohibit', invert: true, from: '10.1.0.0/16' })
  nl.rule.add({ priority: 16, action: 'goto', goto: 32766 })
  nl.rule.add({ priority: 17, suppressPrefixLength: 0, table: 'main' })
  nl.rule.add({ priority: 18, to: '2001:db8::/32', table: 1000 })
  for (const family of ['ipv4', 'ipv6'] as const) {
    const theirs = await ipJson<IpRule>(ns, family === 'ipv6' ? '-6' : '-4', 'rule', 'show')
    expect([...nl.rule.list({ family })].map(asIp)).toEqual(theirs.map(common))
  }
})

test('delete takes the one described; what is left out may be anything', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.rule.add({ priority: 10, from: '10.0.0.0/8', table: 100 })
  nl.rule.add({ priority: 11, from: '10.0.0.0/8', table: 101 })
  expect(() => nl.rule.add({ priority: 10, from: '10.0.0.0/8', table: 100 })).toThrow(
    expect.objectContaining({ code: 'EXISTS' }),
  )
  nl.rule.delete({ from: '10.0.0.0/8', table: 101 })
  expect(own(nl.rule.list({ family: 'ipv4' }))).toEqual([10])
  nl.rule.delete({ priority: 10 })
  expect(own(nl.rule.list({ family: 'ipv4' }))).toEqual([])
  expect(() => nl.rule.delete({ priority: 10 })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})

function own(rules: Iterable<Rule>): number[] {
  return [...rules].map(({ priority }) => priority).filter((priority) => priority > 0 && priority < 32766)
}

const tables: Readonly<Record<number, string>> = { 253: 'default', 254: 'main', 255: 'local' }

function asIp(rule: Rule): unknown {
  return {
    priority: rule.priority,
    from: rule.from?.replace('/32', '') ?? 'all',
    to: rule.to,
    fwmark: rule.fwmark,
    fwmask: rule.fwmask === 0xffffffff ? undefined : rule.fwmask,
    iif: rule.iif,
    oif: rule.oif,
    table: rule.table === undefined ? undefined : (tables[rule.table] ?? String(rule.table)),
    action: rule.action === 'table' || rule.action === 'goto' ? undefined : rule.action,
    goto: rule.goto,
    not: rule.invert,
    suppress: rule.suppressPrefixLength,
    sport: rule.sourcePorts?.[0],
    ipproto: rule.ipProtocol === 6 ? 'tcp' : undefined,
  }
}

function common(rule: IpRule): unknown {
  return {
    priority: rule.priority,
    from: rule.srclen === undefined ? rule.src : `${rule.src}/${rule.srclen}`,
    to: rule.dst === undefined ? undefined : `${rule.dst}/${rule.dstlen}`,
    fwmark: rule.fwmark === undefined ? undefined : Number(rule.fwmark),
    fwmask: rule.fwmask === undefined ? undefined : Number(rule.fwmask),
    iif: rule.iif,
    oif: rule.oif,
    table: rule.table,
    action: rule.action,
    goto: rule.goto,
    not: 'not' in rule,
    suppress: rule.suppress_prefixlen,
    sport: rule.sport_start ?? rule.sport,
    ipproto: rule.ipproto,
  }
}
