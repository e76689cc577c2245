import { fileURLToPath } from 'node:url'
import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { openObject } from 'libbpf-ts'
import { run } from '../../test/ip.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import type { NetworkNamespace } from '../namespace/namespace.ts'
import { NetlinkError } from '../error.ts'
import type { Netlink } from '../netlink.ts'
import { openNetlink } from '../netlink.ts'
import type { QdiscAdd } from './qdisc-types.ts'

const { describe, test } = needing(needs.root, needs.binary('tc'))
const withBpf = needing(needs.root, needs.bpf, needs.binary('tc'))

const hooks = fileURLToPath(new URL('../../../libbpf-ts/test-objects/hooks.bpf.o', import.meta.url))

describe('qdiscs', () => {
  test('what is added is read by tc, and the same from here', async () => {
    await using ns = anonymousNamespace()
    using nl = device(ns)
    nl.qdisc.add({ device: 'e0', kind: 'clsact' })
    nl.qdisc.add({ device: 'e0', kind: 'tbf', handle: '1:', rate: 1_000_000, burst: 20_000, limit: 50_000 })
    nl.qdisc.add({ device: 'e0', kind: 'pfifo', parent: '1:1', handle: 'a0:', limit: 33 })
    const theirs = JSON.parse(await run(ns, 'tc', ['-j', '-s', 'qdisc', 'show', 'dev', 'e0'])) as {
      kind: string
      handle: string
    }[]
    const ours = [...nl.qdisc.list({ device: 'e0' })]
    expect(ours.map(({ kind, handle }) => ({ kind, handle }))).toEqual(
      theirs.map(({ kind, handle }) => ({ kind, handle })),
    )
    expect(ours.find(({ kind }) => kind === 'tbf')).toMatchObject({
      parent: 'root',
      options: { rate: 1_000_000, limit: 50_000 },
    })
    expect(ours.find(({ kind }) => kind === 'pfifo')).toMatchObject({ parent: '1:1', options: { limit: 33 } })
  })

  test('replace takes the place, delete takes off', async () => {
    await using ns = anonymousNamespace()
    using nl = device(ns)
    nl.qdisc.add({ device: 'e0', kind: 'pfifo', limit: 10 })
    expect(() => nl.qdisc.add({ device: 'e0', kind: 'pfifo', limit: 11 })).toThrow(
      expect.objectContaining({ code: 'EXISTS' }),
    )
    nl.qdisc.replace({ device: 'e0', kind: 'bfifo', limit: 9000 })
    expect(kinds(nl)).toEqual(['bfifo'])
    nl.qdisc.add({ device: 'e0', kind: 'clsact' })
    nl.qdisc.delete({ device: 'e0', kind: 'clsact' })
    nl.qdisc.delete({ device: 'e0' })
    expect(kinds(nl)).toEqual(['noqueue'])
  })

  test('a kind is there and works, or is NOT_SUPPORTED and says what it takes', async () => {
    await using ns = anonymousNamespace()
    using nl = device(ns)
    const rows: readonly QdiscAdd[] = [
      { device: 'e0', kind: 'fq', limit: 100, pacing: true },
      { device: 'e0', kind: 'fq_codel', flows: 128, ecn: false },
      { device: 'e0', kind: 'netem', delayMs: 1.5, loss: 0.25 },
    ]
    for (const row of rows) {
      try {
        nl.qdisc.replace(row)
        expect(kinds(nl)).toEqual([row.kind])
      } catch (error) {
        if (!(error instanceof NetlinkError)) throw error
        expect(error.code).toBe('NOT_SUPPORTED')
        expect(error.message).toMatch(new RegExp(`does not have qdisc ${row.kind}; it takes CONFIG_`))
      }
    }
  })

  test('a parent that is not there is NOT_FOUND, whatever the kind', async () => {
    await using ns = anonymousNamespace()
    using nl = device(ns)
    const add = (): void => nl.qdisc.add({ device: 'e0', kind: 'pfifo', parent: '77:1', limit: 1 })
    expect(add).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  })
})

describe('filters', () => {
  withBpf.test('a program is attached, listed, swapped in place and taken off', async () => {
    await using ns = anonymousNamespace()
    using nl = device(ns)
    using object = openObject(hooks)
    for (const program of object.programs.values()) program.autoload = program.name.startsWith('tc_')
    using loaded = object.load()
    const [first, second] = [loaded.program('tc_first'), loaded.program('tc_second')]
    const place = { device: 'e0', parent: 'clsact/egress', priority: 7, handle: 3 } as const
    nl.qdisc.add({ device: 'e0', kind: 'clsact' })
    nl.filter.add({ ...place, program: first, name: 'mine' })
    expect(() => nl.filter.add({ ...place, program: first })).toThrow(expect.objectContaining({ code: 'EXISTS' }))
    const [filter] = [...nl.filter.list({ device: 'e0', parent: place.parent })]
    const { id, tag } = first.info()
    expect(filter).toMatchObject({ kind: 'bpf', parent: 'clsact/egress', priority: 7, handle: 3, protocol: 'all' })
    expect(filter?.bpf).toMatchObject({ name: 'mine', programId: id, directAction: true })
    expect(filter?.bpf?.tag).toHaveLength(16)
    expect(tag).toContain(filter?.bpf?.tag)
    expect(await run(ns, 'tc', ['filter', 'show', 'dev', 'e0', 'egress'])).toContain(
      `pref 7 bpf chain 0 handle 0x3 mine direct-action`,
    )
    nl.filter.replace({ ...place, program: second.fd, name: 'mine' })
    expect([...nl.filter.list({ device: 'e0', parent: 'clsact/egress' })].map(({ bpf }) => bpf?.programId)).toEqual([
      second.info().id,
    ])
    nl.filter.add({ device: 'e0', parent: 'clsact/ingress', program: first })
    nl.filter.delete(place)
    expect([...nl.filter.list({ device: 'e0', parent: 'clsact/egress' })]).toEqual([])
    nl.filter.delete({ device: 'e0', parent: 'clsact/ingress' })
    expect([...nl.filter.list({ device: 'e0', parent: 'clsact/ingress' })]).toEqual([])
  })

  test('a filter without its qdisc is NOT_FOUND, and says what to add', async () => {
    await using ns = anonymousNamespace()
    using nl = device(ns)
    const add = (): void => nl.filter.add({ device: 'e0', parent: 'clsact/ingress', program: 0 })
    expect(add).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
    expect(add).toThrow(
      'there is no such qdisc; the kernel says "Parent Qdisc doesn\'t exists"; add it first: qdisc.add(',
    )
  })

  test('filters of other kinds are listed too', async () => {
    await using ns = anonymousNamespace()
    using nl = device(ns)
    nl.qdisc.add({ device: 'e0', kind: 'clsact' })
    const bytecode = ['bpf', 'bytecode', '1,6 0 0 4294967295']
    await run(ns, 'tc', ['filter', 'add', 'dev', 'e0', 'ingress', 'protocol', 'ip', 'prio', '5', ...bytecode])
    const [filter] = [...nl.filter.list({ device: 'e0', parent: 'clsact/ingress' })]
    expect(filter).toMatchObject({ kind: 'bpf', protocol: 0x0800, priority: 5, bpf: { directAction: false } })
    expect(filter?.bpf).not.toHaveProperty('programId')
  })
})

function device(ns: NetworkNamespace): Netlink {
  const nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1' } })
  return nl
}

function kinds(nl: Netlink): string[] {
  return [...nl.qdisc.list({ device: 'e0' })].map(({ kind }) => kind)
}
