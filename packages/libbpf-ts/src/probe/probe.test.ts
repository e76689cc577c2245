import { describe, expect, test } from '@jest/globals'
import { openHandles } from '../leaks.ts'
import { MAP_TYPES, type MapType } from '../maps/types.ts'
import { PROGRAM_TYPES, type ProgramType } from '../program/types.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { answerOf } from './answer.ts'
import { FEATURE_NAMES } from './features.ts'
import { HELPERS, type HelperName } from './helpers.ts'
import { assemble, LOOP } from './instructions.ts'
import { probe } from './probe.ts'

describe('an answer', () => {
  const expected = { yes: ['EBADF'], no: ['EINVAL'] }

  test.each([
    [0, { supported: true }],
    [17, { supported: true }],
    [-9, { supported: true }],
    [-22, { supported: false, since: '5.7' }],
    [-12, { supported: 'unknown', why: 'the kernel answered ENOMEM' }],
    [-1, { supported: 'unknown', why: 'EPERM: probing takes root' }],
  ])('to %d', (result, answer) => {
    expect(answerOf(result, expected, '5.7')).toEqual(answer)
  })
})

test('instructions are written as the kernel reads them', () => {
  expect(Buffer.from(assemble(LOOP)).toString('hex', 8, 24)).toBe('0700000001000000a500feff0a000000')
})

interface Features {
  readonly program_types: Readonly<Record<string, boolean>>
  readonly map_types: Readonly<Record<string, boolean>>
  readonly helpers: Readonly<Record<string, readonly string[]>>
}

describeWith(['root', 'bpftool'], 'this kernel', () => {
  test('bpftool finds the same types', () => {
    const features = bpftool('feature', 'probe', 'kernel') as Features
    const known = <T extends string>(prefix: string, names: readonly T[], there: Features['map_types']): T[] =>
      names.filter((name) => `have_${name}_${prefix}` in there)
    const programs = known('prog_type', Object.keys(PROGRAM_TYPES) as ProgramType[], features.program_types)
    const maps = known('map_type', Object.keys(MAP_TYPES) as MapType[], features.map_types)
    expect(programs.length).toBeGreaterThan(25)
    expect(maps.length).toBeGreaterThan(25)
    for (const name of programs)
      expect([name, probe.programType(name).supported]).toEqual([
        name,
        features.program_types[`have_${name}_prog_type`],
      ])
    for (const name of maps)
      expect([name, probe.mapType(name).supported]).toEqual([name, features.map_types[`have_${name}_map_type`]])
  })

  test('what libbpf has no probe for is not known', () => {
    expect(probe.mapType('arena')).toEqual({ supported: 'unknown', why: 'the installed libbpf has no probe for it' })
  })

  test('a name that nothing has is refused', () => {
    expect(() => probe.mapType('hsah' as never)).toThrow("probe.mapType: map type 'hsah' is not known; there are hash,")
    expect(() => probe.programType('xpd' as never)).toThrow("program type 'xpd' is not known")
    expect(() => probe.helper('xdp', 'fib' as never)).toThrow("helper 'fib' is not known")
    expect(() => probe.feature('warp' as never)).toThrow("feature 'warp' is not known; there are map-batch,")
  })

  test('helpers, by the type of program', () => {
    expect(probe.helper('xdp', 'fib_lookup')).toEqual({ supported: true })
    expect(probe.helper('xdp', 'ktime_get_ns')).toEqual({ supported: true })
    expect(probe.helper('socket_filter', 'fib_lookup')).toEqual({ supported: false, since: '4.18' })
    expect(probe.helper('struct_ops', 'fib_lookup')).toMatchObject({ supported: 'unknown' })
  })

  test('bpftool finds the same helpers', () => {
    const { helpers } = bpftool('feature', 'probe', 'kernel', 'full') as Features
    const xdp = helpers['xdp_available_helpers'] ?? []
    for (const name of Object.keys(HELPERS) as HelperName[])
      if (probe.helper('xdp', name).supported === true) expect(xdp).toContain(`bpf_${name}`)
  })

  test('every feature has an answer, and asking leaves nothing open', () => {
    const before = openHandles().length
    for (const name of FEATURE_NAMES) expect([name, probe.feature(name).supported]).not.toEqual([name, 'unknown'])
    expect(probe.feature('link')).toEqual({ supported: true })
    expect(openHandles()).toHaveLength(before)
  })
})
