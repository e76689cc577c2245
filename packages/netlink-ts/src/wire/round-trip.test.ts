import { test, expect } from '@jest/globals'
import * as fc from 'fast-check'
import { addressAttributes } from '../route/address-attributes.ts'
import { linkAttributes } from '../route/link-attributes.ts'
import { linkKinds } from '../route/link-kinds.ts'
import { neighborAttributes } from '../route/neighbor-attributes.ts'
import { netem } from '../route/netem.ts'
import { routeAttributes } from '../route/route-attributes.ts'
import { ruleAttributes } from '../route/rule-attributes.ts'
import { AttributeDecoder } from './decoder.ts'
import { Encoder } from './encoder.ts'
import type { AttributeTable } from './table.ts'

const u8 = fc.integer({ min: 0, max: 0xff })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => [...bytes].map(hexByte).join(':'))
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => bytes.join('.'))
const ipv6 = fc.tuple(u16, u16).map(([a, b]) => `2001:db8:${(a | 1).toString(16)}::${(b | 1).toString(16)}`)
const ip = fc.oneof(ipv4, ipv6)
const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,14}$/)
const range = fc.tuple(u16, u16).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function record<T extends object>(model: {
  [K in keyof T]-?: fc.Arbitrary<Exclude<T[K], undefined>>
}): fc.Arbitrary<T> {
  return fc.record(model as never, { requiredKeys: [] }) as unknown as fc.Arbitrary<T>
}

function survives<T extends object>(table: AttributeTable<T>, values: fc.Arbitrary<NoInfer<T>>): void {
  fc.assert(
    fc.property(values, (value) => {
      expect(table.problem(value)).toBeUndefined()
      const to = new Encoder()
      table.encode(to, value)
      const from = new AttributeDecoder(to.bytes)
      expect(table.decode(from)).toEqual(value)
      expect(from.error).toBeUndefined()
    }),
  )
}

test('what is written is read: addresses', () => {
  const lifetimes = fc.record({ preferred: u32, valid: u32 })
  const netnsid = fc.integer({ min: -1, max: 0x7fffffff })
  const values = {
    address: ip,
    local: ip,
    label: name,
    broadcast: ip,
    lifetimes,
    flags: u32,
    metric: u32,
    netnsid,
    protocol: u8,
  }
  survives(addressAttributes, record(values))
})

test('what is written is read: routes', () => {
  const hop = record<{ gateway?: string; via?: string }>({ gateway: ip, via: ip })
  const head = fc.record({ index: fc.nat(), weight: fc.integer({ min: 1, max: 256 }), flags: u8 })
  const hops = fc.array(fc.tuple(hop, head).map(([a, b]) => ({ ...a, ...b })))
  const metrics = record({ mtu: u32, advmss: u32, congctl: name, lock: u32 } as never)
  const values = {
    destination: ip,
    from: ip,
    iif: u32,
    oif: u32,
    gateway: ip,
    metric: u32,
    source: ip,
    metrics,
    multipath: hops,
  }
  const more = { table: u32, mark: u32, via: ip, preference: u8, expires: u32, uid: u32, protocol: u8, sourcePort: u16 }
  survives(
    routeAttributes,
    record({ ...values, ...more, destinationPort: u16, nexthopId: u32, flowLabel: u32 } as never),
  )
})

test('what is written is read: rules', () => {
  const values = {
    to: ip,
    from: ip,
    iif: name,
    goto: u32,
    priority: u32,
    fwmark: u32,
    fwmask: u32,
    oif: name,
    table: u32,
  }
  const prefix = fc.integer({ min: -1, max: 128 })
  const more = { suppressDeviceGroup: fc.nat(), suppressPrefixLength: prefix, l3mdev: fc.boolean(), protocol: u8 }
  const ports = { ipProtocol: u8, sourcePorts: range, destinationPorts: range, uidRange: range }
  survives(ruleAttributes, record({ ...values, ...more, ...ports }))
})

test('what is written is read: neighbours', () => {
  const ages = fc.record({ confirmed: u32, used: u32, updated: u32 })
  const values = {
    address: ip,
    lladdr: mac,
    ages,
    probes: u32,
    vlan: u16,
    port: u16,
    vni: u32,
    index: u32,
    master: u32,
  }
  survives(neighborAttributes, record({ ...values, protocol: u8, nexthopId: u32, extFlags: u32 }))
})

test('what is written is read: links and their kinds', () => {
  const info = record({ kind: name, data: fc.uint8Array({ minLength: 1, maxLength: 30 }), portKind: name } as never)
  const xdp = record({ attached: u8, flags: u32, programId: u32, nativeProgramId: u32 } as never)
  const altNames = fc.array(name)
  const values = {
    address: mac,
    name,
    mtu: u32,
    link: u32,
    info,
    alias: fc.string().filter((s) => !s.includes('\0')),
    xdp,
    altNames,
  }
  survives(linkAttributes, record(values as never))
  survives(
    linkKinds.vlan.data,
    record({ id: fc.nat(4095), protocol: fc.constantFrom('802.1Q', '802.1ad', 0x9100) } as never),
  )
  survives(
    linkKinds.bond.data,
    record({ mode: fc.constantFrom('802.3ad', 'balance-rr', 9), arpIpTargets: fc.array(ipv4) } as never),
  )
  survives(
    linkKinds.vxlan.data,
    record({ vni: fc.nat(0xffffff), remote6: ipv6, local: ipv4, port: u16, gbp: fc.constant(true) } as never),
  )
  survives(
    linkKinds.bridge.data,
    record({ forwardDelayMs: fc.nat(1e6).map((n) => n * 10), stp: fc.boolean() } as never),
  )
})

test('what is written is read: netem, to the nanosecond and the 2^32nd', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const ms = fc.nat(1e9).map((us) => us / 1000)
  const options = { delayMs: ms, jitterMs: ms, loss: share, duplicate: share, corrupt: share, limit: u32, rate: u32 }
  fc.assert(
    fc.property(fc.record(options), (value) => {
      const to = new Encoder()
      netem.encode(to, value)
      const back = netem.decode(AttributeDecoder.ofPayload(to.bytes))
      for (const key of Object.keys(options) as (keyof typeof options)[]) expect(back[key]).toBeCloseTo(value[key], 6)
    }),
  )
})
