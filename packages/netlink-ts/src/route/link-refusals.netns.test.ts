import { afterEach, expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { NetlinkError } from '../error.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import type { NetworkNamespace } from '../namespace/namespace.ts'
import { openNetlink } from '../netlink.ts'
import { openHandles } from '../open-handles.ts'
import { NETLINK_GENERIC } from '../descriptor.ts'
import { familyId, genericBody } from '../generic/family.ts'
import { body } from '../request.ts'
import { RouteSocket } from '../socket.ts'
import { bytes, u32 } from '../wire/codecs.ts'
import { NLM_F_CREATE } from '../wire/message.ts'
import { nested } from '../wire/nests.ts'
import { AttributeTable } from '../wire/table.ts'
import { RTM_NEWLINK } from './link.ts'
import { IFINFOMSG, linkTable } from './link-attributes.ts'
import type { LinkAdd } from './link-types.ts'

/** Whether the kernel says which attribute is missing. */
const missingTold = needs.feature('missing attributes', () => {
  using ns = anonymousNamespace()
  return withoutHeader(ns).missingAttribute === undefined ? 'Linux 6.2' : undefined
})

function withoutHeader(ns: NetworkNamespace): NetlinkError {
  using nl = new RouteSocket({ namespaceFd: ns.fd, protocol: NETLINK_GENERIC })
  const table = new AttributeTable<{ header?: Uint8Array }>({ header: [1, 'ETHTOOL_A_LINKMODES_HEADER', bytes] })
  const [type, command] = [familyId(nl, 'ethtool'), 5]
  return attempt(() => nl.change({ operation: 'raw', type, body: genericBody(command, table, {}) }))!
}

const { describe, test } = needing(needs.root, needs.binary('ip'))

afterEach(() => {
  expect(openHandles()).toEqual([])
})

describe('refusals', () => {
  test('a device that is not there', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    for (const act of [
      () => nl.link.set({ name: 'nope', up: true }),
      () => nl.link.delete({ name: 'nope' }),
      () => nl.link.delete({ index: 99 }),
    ])
      expect(act).toThrow(expect.objectContaining({ code: 'NOT_FOUND', errno: 'ENODEV' }))
    expect(nl.link.get({ index: 99 })).toBeUndefined()
  })

  test('a name that is taken', async () => {
    await using ns = anonymousNamespace()
    using nl = pair(ns)
    expect(() => nl.link.add({ kind: 'bridge', name: 'e0' })).toThrow(expect.objectContaining({ code: 'EXISTS' }))
  })

  test('a kind is there and works, or is NOT_SUPPORTED and says what it takes', async () => {
    await using ns = anonymousNamespace()
    using nl = pair(ns)
    const kinds: readonly LinkAdd[] = [
      { kind: 'vlan', name: 'x', link: 'e0', id: 5 },
      { kind: 'bond', name: 'x', mode: '802.3ad' },
      { kind: 'dummy', name: 'x' },
      { kind: 'vrf', name: 'x', table: 100 },
    ]
    for (const options of kinds) {
      const error = attempt(() => nl.link.add(options))
      if (error === undefined) {
        expect(nl.link.get({ name: 'x' })?.kind).toBe(options.kind)
        nl.link.delete({ name: 'x' })
      } else {
        expect(error.code).toBe('NOT_SUPPORTED')
        expect(error.message).toMatch(/takes a kernel with CONFIG_\w+ \(module \w+\)/)
      }
    }
  })

  test('the kernel names the attribute it refuses, in the depth of the request', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    // The verb would refuse it by itself.
    const data = new AttributeTable<{ vni?: number }>({ vni: [1, 'IFLA_VXLAN_ID', u32] })
    const values = { name: 'vx0', info: { kind: 'vxlan', data: { vni: 1 << 24 } } }
    const request = body(IFINFOMSG, (to) => void to.zeros(IFINFOMSG), linkTable(nested(data)), values)
    const type = RTM_NEWLINK
    const error = attempt(() => nl.socket.change({ operation: 'raw', type, flags: NLM_F_CREATE, body: request }))
    expect(error).toMatchObject({
      errno: 'ERANGE',
      kernelMessage: 'VXLAN ID must be lower than 16777216',
      attribute: 'IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VXLAN_ID',
    })
  })

  test('and what it would allow', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    const error = attempt(() =>
      nl.address.add({ device: 'lo', address: '10.0.0.1', label: 'a-label-that-is-too-long' }),
    )
    expect(error).toMatchObject({ errno: 'ERANGE', attribute: 'IFA_LABEL' })
    expect(error?.message).toContain('at IFA_LABEL; allowed is at most 15 bytes')
  })

  needing(needs.root, missingTold).test('and the attribute that it misses', async () => {
    await using ns = anonymousNamespace()
    expect(withoutHeader(ns)).toMatchObject({ errno: 'EINVAL', missingAttribute: 'ETHTOOL_A_LINKMODES_HEADER' })
  })

  test('without the right to, it says what it takes', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    const code = `import { openNetlink } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)}
      process.setgroups([]); process.setgid(65534); process.setuid(65534)
      try { openNetlink().link.set({ name: 'lo', up: true }) } catch (error) { console.log(error.code, error.message) }
      console.log([...openNetlink().link.list()].map(({ name }) => name).join())`
    const args = ['--conditions=@skep/source', '--input-type=module', '-e', code]
    const { stdout } = await ns.exec(process.execPath, args)
    expect(stdout).toContain('NOT_PERMITTED link.set: device "lo": EPERM; it takes root, or CAP_NET_ADMIN')
    expect(stdout).toContain('\nlo\n')
    expect(nl.link.get({ name: 'lo' })?.up).toBe(false)
  })
})

function pair(ns: NetworkNamespace): ReturnType<typeof openNetlink> {
  const nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'e0', peer: { name: 'e1' } })
  return nl
}

function attempt(act: () => void): NetlinkError | undefined {
  try {
    act()
  } catch (error) {
    if (error instanceof NetlinkError) return error
    throw error
  }
  return undefined
}
