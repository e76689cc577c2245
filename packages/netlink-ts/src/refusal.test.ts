import { describe, expect, test } from '@jest/globals'
import type { Answer } from '../test/fake-door.ts'
import { ending, fakeDoor, message } from '../test/fake-door.ts'
import { NetlinkError } from './error.ts'
import { Netlink } from './netlink.ts'
import { RTM_GETLINK } from './route/device.ts'
import { RouteSocket } from './socket.ts'
import { Encoder } from './wire/encoder.ts'
import { NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_DONE } from './wire/message.ts'

const TLVS = NLM_F_ACK_TLVS | NLM_F_CAPPED
const EINVAL = -22
const EOPNOTSUPP = -95

describe('an extended ack', () => {
  test('gives the kernel’s message, the attribute by name, and what it allows', () => {
    // nlmsghdr 16, ifinfomsg 16, IFLA_MTU 8, IFLA_LINKINFO at 40.
    const ack = tlvs((to) => {
      text(to, 1, 'integer out of range')
      number(to, 2, 32)
      const policy = to.beginNested(4)
      const min = to.begin(4)
      to.u64(68n)
      to.end(min)
      const max = to.begin(5)
      to.u64(65535n)
      to.end(max)
      to.end(policy)
    })
    const error = refused((nl) => nl.link.set({ index: 2, mtu: 1 }), EINVAL, ack)
    expect(error).toMatchObject({ code: 'REFUSED', errno: 'EINVAL', operation: 'link.set', attribute: 'IFLA_MTU' })
    expect(error.kernelMessage).toBe('integer out of range')
    expect(error.message).toBe(
      'link.set: device 2: EINVAL; the kernel says "integer out of range"; at IFLA_MTU; allowed is 68 to 65535',
    )
  })

  test('names an attribute in the depth of a kind’s data', () => {
    // 32 IFNAME "vx" (8) · 40 LINKINFO (4) · 44 KIND "vxlan" (12) · 56 DATA (4) · 60 VXLAN_ID
    const error = refused(
      (nl) => nl.link.add({ kind: 'vxlan', name: 'vx', vni: 7 }),
      EINVAL,
      tlvs((to) => number(to, 2, 60)),
    )
    expect(error.attribute).toBe('IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VXLAN_ID')
  })

  test('names a next hop’s gateway', () => {
    // nlmsghdr 16, rtmsg 12 · 28 RTA_DST (8) · 36 RTA_MULTIPATH (4) · 40 rtnexthop (8) · 48 RTA_GATEWAY
    const nexthops = [{ via: '10.0.0.1', index: 1 }]
    const error = refused(
      (nl) => nl.route.add({ destination: '10.1.0.0/16', nexthops }),
      EINVAL,
      tlvs((to) => number(to, 2, 48)),
    )
    expect(error.attribute).toBe('RTA_MULTIPATH.RTA_GATEWAY')
  })

  test('names what is missing, at the top and in a nest', () => {
    const top = refused(
      (nl) => nl.nexthop.delete({ id: 1 }),
      EINVAL,
      tlvs((to) => number(to, 5, 5)),
    )
    expect(top.missingAttribute).toBe('NHA_OIF')
    const nest = tlvs((to) => {
      number(to, 5, 1)
      number(to, 6, 40)
    })
    const inner = refused((nl) => nl.link.add({ kind: 'vxlan', name: 'vx', vni: 7 }), EINVAL, nest)
    expect(inner.missingAttribute).toBe('IFLA_LINKINFO.IFLA_INFO_KIND')
    expect(inner.message).toContain('IFLA_LINKINFO.IFLA_INFO_KIND is missing')
  })

  test('an attribute that no table knows keeps its number', () => {
    const error = refused(
      (nl) => nl.nexthop.delete({ id: 1 }),
      EINVAL,
      tlvs((to) => number(to, 5, 777)),
    )
    expect(error.missingAttribute).toBe('attribute 777')
  })

  test('is also read when the kernel repeats the whole request before it', () => {
    const answer: Answer = ({ sequence, body }) => {
      const to = new Encoder()
      to.u32(EINVAL >>> 0)
        .u32(16 + body.length)
        .zeros(12)
        .write(body)
      text(to, 1, 'no')
      return [message(2, NLM_F_ACK_TLVS, sequence, to.bytes)]
    }
    expect(caught(answer, (nl) => nl.nexthop.delete({ id: 1 })).kernelMessage).toBe('no')
  })

  test('of a dump comes with its end', () => {
    const answer: Answer = ({ sequence }) => {
      const to = new Encoder()
      to.u32(EINVAL >>> 0)
      text(to, 1, 'Invalid values in header for FIB dump request')
      return [message(NLMSG_DONE, NLM_F_ACK_TLVS, sequence, to.bytes)]
    }
    expect(caught(answer, (nl) => nl.route.list()).kernelMessage).toBe('Invalid values in header for FIB dump request')
  })

  test('on success is a warning', () => {
    const warnings: string[] = []
    const door = fakeDoor(({ sequence }) => [
      ending(
        sequence,
        0,
        TLVS,
        tlvs((to) => text(to, 1, 'mind the gap')),
      ),
    ])
    using nl = new Netlink(new RouteSocket({ door, onWarning: (...warning) => warnings.push(warning.join(': ')) }))
    nl.nexthop.delete({ id: 1 })
    expect(warnings).toEqual(['nexthop.delete: mind the gap'])
  })
})

describe('what the kernel does not have', () => {
  test.each([
    ['vlan', () => ({ kind: 'vlan', name: 'v', id: 5, link: 2 }) as const, 'CONFIG_VLAN_8021Q (module 8021q)'],
    ['bond', () => ({ kind: 'bond', name: 'b' }) as const, 'CONFIG_BONDING (module bonding)'],
    ['dummy', () => ({ kind: 'dummy', name: 'd' }) as const, 'CONFIG_DUMMY (module dummy)'],
    ['vrf', () => ({ kind: 'vrf', name: 'v', table: 9 }) as const, 'CONFIG_NET_VRF (module vrf)'],
  ])('kind %s', (_kind, options, needs) => {
    const ack = tlvs((to) => text(to, 1, 'Unknown device type'))
    const error = refused((nl) => nl.link.add(options()), EOPNOTSUPP, ack)
    expect(error.code).toBe('NOT_SUPPORTED')
    expect(error.message).toContain(`it takes a kernel with ${needs}`)
  })

  test('an option of a kind that is there', () => {
    const error = refused(
      (nl) => nl.link.add({ kind: 'bridge', name: 'b', vlanFiltering: true, stp: true }),
      EOPNOTSUPP,
    )
    expect(error.message).toContain('this kernel’s bridge does not have all of stp, vlanFiltering'.replace('’', "'"))
  })
})

test.each([
  [-1, 'NOT_PERMITTED', 'EPERM'],
  [-2, 'NOT_FOUND', 'ENOENT'],
  [-16, 'BUSY', 'EBUSY'],
  [-17, 'EXISTS', 'EEXIST'],
  [-19, 'NOT_FOUND', 'ENODEV'],
  [-34, 'REFUSED', 'ERANGE'],
  [-524, 'NOT_SUPPORTED', 'ENOTSUPP'],
  [-530, 'REFUSED', 'errno 530'],
])('%i is %s', (number, code, errno) => {
  expect(refused((nl) => nl.nexthop.delete({ id: 1 }), number)).toMatchObject({ code, errno })
})

function refused(run: (nl: Netlink) => unknown, code: number, ack?: Uint8Array): NetlinkError {
  const flags = ack === undefined ? 0 : TLVS
  return caught(({ type, sequence }) => {
    if (type === RTM_GETLINK) return [message(16, 0, sequence, new Uint8Array(16))]
    return [ending(sequence, code, flags, ack)]
  }, run)
}

function caught(answer: Answer, run: (nl: Netlink) => unknown): NetlinkError {
  using nl = new Netlink(new RouteSocket({ door: fakeDoor(answer) }))
  try {
    run(nl)
  } catch (error) {
    if (error instanceof NetlinkError) return error
    throw error
  }
  throw new Error('the request was not refused')
}

function tlvs(write: (to: Encoder) => void): Uint8Array {
  const to = new Encoder()
  write(to)
  return to.bytes.slice()
}

function text(to: Encoder, type: number, value: string): void {
  const at = to.begin(type)
  to.string(value)
  to.end(at)
}

function number(to: Encoder, type: number, value: number): void {
  const at = to.begin(type)
  to.u32(value)
  to.end(at)
}
