import { expect, test } from '@jest/globals'
import { u32 } from './codec-scalars.ts'
import { BpfMap } from './maps/bpf-map.ts'
import { createMap } from './maps/create.ts'
import { Command } from './sys/commands.ts'
import { AttachType } from './sys/link.ts'
import { errorOf } from './testing/code.ts'
import { describeWith } from './testing/needs.ts'
import { olderKernel, type Refuses } from './testing/old-kernel.ts'
import { hooks } from './testing/runtime.ts'

const EINVAL = -22
const EPERM = -1
const ENOTSUPP = -524
const ATTACH_TYPE = 8

/** A kernel that does not know links of some type. */
function withoutLinks(...types: readonly number[]): Refuses {
  return (command, attr) =>
    command === Command.linkCreate && types.includes(attr.getUint32(ATTACH_TYPE, true)) ? EINVAL : undefined
}

const BATCHES: readonly number[] = [
  Command.mapLookupBatch,
  Command.mapTakeBatch,
  Command.mapUpdateBatch,
  Command.mapDeleteBatch,
]

function small(): BpfMap<number, number> {
  return new BpfMap(createMap({ type: 'hash', name: 'small', maxEntries: 10 }), { key: u32, value: u32 })
}

describeWith(['root'], 'a kernel', () => {
  test('before 6.6 has no TCX, and the error says since when', () => {
    using loaded = hooks()
    using _old = olderKernel(withoutLinks(AttachType.tcxIngress, AttachType.tcxEgress))
    const attach = () => loaded.program('tc_first').attachTcx({ ifindex: 1, direction: 'ingress' })
    expect(errorOf(attach)).toMatchObject({
      name: 'NotSupported',
      code: 'NOT_SUPPORTED',
      feature: 'tcx',
      since: '6.6',
      message: 'attachTcx: tcx needs Linux 6.6; this was to be tcx ingress on device 1',
    })
  })

  test('without batches for a type of map is asked one by one', () => {
    using map = small()
    using _old = olderKernel((command) => (BATCHES.includes(command) ? ENOTSUPP : undefined))
    expect(map.setBatch([1, 2, 3].map((key) => [key, key * 10] as const))).toBe(3)
    expect([...map].toSorted(([a], [b]) => a - b)).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ])
    expect(map.deleteBatch([3, 4, 1])).toBe(2)
    expect(errorOf(() => map.getBatch().next())).toMatchObject({ code: 'NOT_SUPPORTED', operation: 'map.getBatch' })
  })

  test('before 5.11 lets maps be made once the limit on locked memory is raised', () => {
    let refused = 0
    using _old = olderKernel((command) => (command === Command.mapCreate && refused++ === 0 ? EPERM : undefined))
    using map = small()
    expect([map.info().maxEntries, refused]).toEqual([10, 2])
  })
})

test('who may not is told what it takes', () => {
  using _old = olderKernel((command) => (command === Command.mapCreate ? EPERM : undefined))
  expect(errorOf(small)).toMatchObject({ code: 'NOT_PERMITTED', message: expect.stringContaining('it takes root') })
})

describeWith(['root', 'tcx'], 'a kernel', () => {
  test('that has the feature is not blamed for a mistake', () => {
    using loaded = hooks()
    const attach = () => loaded.program('xdp_pass').attachTcx({ ifindex: 1, direction: 'ingress' })
    expect(errorOf(attach)).toMatchObject({ name: 'BpfError', code: 'REFUSED', errno: 'EINVAL' })
  })
})

describeWith(['root', 'perfEventLink'], 'a kernel', () => {
  test('before 5.15 has no links for tracepoints', () => {
    using loaded = hooks()
    using _old = olderKernel(withoutLinks(AttachType.perfEvent))
    const attach = () => loaded.program('on_exec').attachTracepoint({ category: 'sched', name: 'sched_process_exec' })
    expect(errorOf(attach)).toMatchObject({ feature: 'perf-event-link', since: '5.15' })
  })
})
