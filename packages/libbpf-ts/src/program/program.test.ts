import { expect, test } from '@jest/globals'
import { enableStats } from '../stats.ts'
import { codeOf, errorOf } from '../testing/code.ts'
import { loadTestObject } from '../testing/load.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { frame, hooks, numberOf, pinFolder } from '../testing/runtime.ts'
import { skbContext, xdpContext } from './context.ts'
import { Program } from './program.ts'

const LOOPBACK = 1

describeWith(['root'], 'a test run', () => {
  test('gives the verdict and the packet as it was left', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const data = frame().fill(7)
    const passed = loaded.program('count_packets').testRun({ data })
    expect(passed).toMatchObject({ returnValue: 2, data, interruptions: 0 })
    const grown = loaded.program('grow').testRun({ data })
    expect(grown.returnValue).toBe(3)
    expect(grown.data).toHaveLength(80)
    expect(grown.data.subarray(16)).toEqual(data)
  })

  test('many times: each run meets the packet that the last one left', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const { data, durationNs, returnValue } = loaded.program('grow').testRun({ data: frame(), repeat: 4 })
    expect(returnValue).toBe(3)
    expect(data.byteLength).toBeGreaterThanOrEqual(64 + 4 * 16)
    expect(durationNs).toBeGreaterThanOrEqual(0)
  })

  test('of a packet that outgrows its room is refused with what to give', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const tight = errorOf(() => loaded.program('grow').testRun({ data: frame(), maxSize: 64 }))
    expect(tight?.message).toContain('the packet became 80 bytes: give maxSize')
  })

  test('with the context of tc, which comes back changed', () => {
    using loaded = hooks()
    const context = skbContext({ mark: 41, ifindex: LOOPBACK, cb: [1, 2, 3, 4, 5] })
    const run = loaded.program('tc_mark').testRun({ data: frame(), context })
    const view = new DataView(run.context.buffer)
    expect(run.returnValue).toBe(0)
    expect([view.getUint32(8, true), view.getUint32(48, true), view.getUint32(52, true)]).toEqual([42, LOOPBACK, 2])
  })

  test('of what is no frame, or in no such way, is refused', () => {
    using loaded = hooks()
    expect(() => loaded.program('xdp_pass').testRun({ data: frame(4) })).toThrow(
      'data has 4 bytes; the kernel wants an Ethernet header, 14',
    )
    expect(errorOf(() => loaded.program('tc_mark').testRun({ data: frame(), liveFrames: true }))).toMatchObject({
      code: 'NOT_SUPPORTED',
      feature: 'live frames for a program of type sched_cls',
    })
  })
})

describeWith(['root', 'xdpTestContext'], 'a test run', () => {
  test('with the context of XDP', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const data = frame()
    const context = xdpContext(data.byteLength, { ingressIfindex: LOOPBACK, rxQueueIndex: 0 })
    const run = loaded.program('count_packets').testRun({ data, context })
    expect(new DataView(run.context.buffer).getUint32(12, true)).toBe(LOOPBACK)
    const [, counted] = loaded.map('counters').entries().toArray()
    expect(numberOf(counted?.[1] ?? frame()) + numberOf(counted?.[1] ?? frame(), 2)).toBe(1)
  })
})

describeWith(['root', 'perfEventLink'], 'a test run', () => {
  test('of a program that has none is refused', () => {
    using loaded = hooks()
    expect(codeOf(() => loaded.program('on_exec').testRun({ data: frame() }))).toBe('NOT_SUPPORTED')
  })
})

describeWith(['root', 'verifiedInstructions'], 'a program', () => {
  test('info says how many instructions the verifier read', () => {
    using loaded = loadTestObject('maps.bpf.o')
    expect(loaded.program('count_packets').info().verifiedInstructions).toBeGreaterThan(10)
  })
})

describeWith(['root', 'bpftool'], 'a program', () => {
  test('info is what bpftool shows', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const program = loaded.program('count_packets')
    const shown = bpftool('prog', 'show', 'id', String(program.info().id)) as Record<string, unknown>
    expect(program.info()).toMatchObject({
      id: shown['id'],
      type: shown['type'],
      name: shown['name'],
      tag: shown['tag'],
      mapIds: shown['map_ids'],
      translatedSize: shown['bytes_xlated'],
      jitedSize: shown['bytes_jited'],
      btfId: shown['btf_id'],
    })
  })

  test('counts runs and time while statistics are on', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const program = loaded.program('count_packets')
    {
      using _statistics = enableStats()
      const { interruptions } = program.testRun({ data: frame(), repeat: 100 })
      if (interruptions === 0) expect(program.info().runCount).toBe(100n)
    }
    const { runCount, runTimeNs } = program.info()
    expect(runCount).toBeGreaterThanOrEqual(100n)
    expect(runTimeNs).toBeGreaterThan(0n)
  })

  test('is pinned, opened again, and gone when unpinned', () => {
    using folder = pinFolder()
    const path = `${folder.path}/programs/count`
    let id: number
    {
      using loaded = loadTestObject('maps.bpf.o')
      loaded.program('count_packets').pin(path)
      id = loaded.program('count_packets').info().id
    }
    using program = Program.open(path)
    expect(program.name).toBe('count_packets')
    expect(program.testRun({ data: frame() }).returnValue).toBe(2)
    using same = Program.openById(id)
    expect(same.info().tag).toBe(program.info().tag)
    program.unpin(path)
    expect(errorOf(() => Program.open(path))).toMatchObject({ code: 'NOT_FOUND', operation: 'program.open' })
  })

  test('closed: says so, twice is fine', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const program = loaded.program('grow')
    program.close()
    program.close()
    expect(codeOf(() => program.testRun({ data: frame() }))).toBe('CLOSED')
    expect(() => program.info()).toThrow('the program "grow" is closed')
  })
})
