import { describe, expect, test } from '@jest/globals'
import type { BpfError } from '../errors.ts'
import { errorOf } from '../testing/code.ts'
import { loadTestObject } from '../testing/load.ts'
import { describeWith } from '../testing/needs.ts'
import { decisiveLine, loadRefusal, refusedProgram, suggestion } from './verifier.ts'

const NEW_LOG = `0: R1=ctx() R10=fp0
; int beyond(struct xdp_md *ctx) @ refused.bpf.c:24
0: (61) r1 = *(u32 *)(r1 +0)          ; R1_w=pkt(r=0)
; return *(__u8 *)data; @ refused.bpf.c:29
1: (71) r0 = *(u8 *)(r1 +0)
invalid access to packet, off=0 size=1, R1(id=0,off=0,r=0)
R1 offset is outside of the packet
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`

const EXPLAINED_LOG = `0: R1=ctx() R10=fp0
; return *(__u8 *)(long)ctx->data; @ refused.bpf.c:35
0: (61) r1 = *(u32 *)(r1 +0)          ; R1=pkt(r=0)
1: (71) r0 = *(u8 *)(r1 +0)
invalid access to packet, off=0 size=1, R1(id=0,off=0,r=0)
R1 min value is outside of the allowed memory range

Verification failed: Memory Safety: Access outside bounds

Reason:
  The verifier cannot prove offset + access_size <= object_size. Here, the minimal bound for a
  memory access is 0 and is outside of the object of size 0.

At:
  beyond_packet @ refused.bpf.c:35:9
  Source context:
  >>> 35 |         return *(__u8 *)(long)ctx->data;
         |         ^-- error: access may be outside object bounds
  Instruction context:
  >>> 1 | (71) r0 = *(u8 *)(r1 +0)
      2 | (95) exit

Suggestion:
  Add or adjust a bounds check that proves offset + access_size
  stays within the object.

processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`

const OLD_LOG = `Validating lb_xdp() func#0...
0: R1=ctx(id=0,off=0,imm=0) R10=fp0
; __u32 key = 0;
0: (b7) r1 = 0
last_idx 4 first_idx 0
regs=4 stack=0 before 3: (b7) r2 = 0
; return map_lookup(key);
7: (85) call bpf_map_lookup_elem#1
cannot pass map_type 27 into func bpf_map_lookup_elem#1
verification time 123 usec
stack depth 4
processed 8 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`

describe('the decisive line of a verifier log', () => {
  test('with source line and instruction, as new kernels write it', () => {
    expect(decisiveLine(NEW_LOG)).toBe('R1 offset is outside of the packet (instruction 1, at "return *(__u8 *)data;")')
  })

  test('as Linux 7.3 writes it, which explains it below', () => {
    expect(decisiveLine(EXPLAINED_LOG)).toBe(
      'R1 min value is outside of the allowed memory range (instruction 1, at "return *(__u8 *)(long)ctx->data;")',
    )
  })

  test('as old kernels write it', () => {
    expect(decisiveLine(OLD_LOG)).toBe(
      'cannot pass map_type 27 into func bpf_map_lookup_elem#1 (instruction 7, at "return map_lookup(key);")',
    )
  })

  test('without debug information', () => {
    expect(decisiveLine('0: (95) exit\nR0 !read_ok\nprocessed 1 insns\n')).toBe('R0 !read_ok (instruction 0)')
    expect(decisiveLine('BPF program is too large. Processed 1000001 insn\nprocessed 1000001 insns\n')).toBe(
      'BPF program is too large. Processed 1000001 insn',
    )
  })

  test('there is none in a log that says nothing', () => {
    expect(decisiveLine('')).toBeUndefined()
    expect(decisiveLine('processed 7 insns (limit 1000000)\n')).toBeUndefined()
  })
})

describe('the error for an object that was refused', () => {
  test('a section that libbpf does not know is named, with those that there are', () => {
    const log =
      "libbpf: prog 'a': missing BPF prog type, check ELF section name 'xpd'\nlibbpf: prog 'a': failed to load: -22\n"
    expect(loadRefusal({ name: 'mine' }, -22, log)).toMatchObject({
      code: 'INVALID_OBJECT',
      message: expect.stringContaining('takes no type from SEC("xpd"); there are xdp, tc, tcx/ingress,'),
    })
  })

  const log = `libbpf: prog 'lb_xdp': BPF program load failed: Permission denied
libbpf: prog 'lb_xdp': -- BEGIN PROG LOAD LOG --
${NEW_LOG}-- END PROG LOAD LOG --
libbpf: prog 'lb_xdp': failed to load: -13
libbpf: failed to load object 'lb'
`

  test('names the program', () => {
    expect(refusedProgram(log)).toEqual({ program: 'lb_xdp', reason: 'Permission denied', log: NEW_LOG })
    const error = loadRefusal({ name: 'lb' }, -13, log)
    expect(error).toMatchObject({ code: 'VERIFIER', operation: 'object.load', errno: 'EACCES', log })
    expect(error.message).toMatch(/^object\.load: program "lb_xdp" of "lb": R1 offset is outside of the packet \(/)
    expect(error.message).not.toContain('\n')
  })

  test('says what the kernel suggests', () => {
    expect(suggestion(NEW_LOG)).toBeUndefined()
    expect(loadRefusal({ name: 'lb' }, -13, log.replace(NEW_LOG, EXPLAINED_LOG)).message).toContain(
      'ctx->data;"); Add or adjust a bounds check that proves offset + access_size stays within the object; the whole log',
    )
  })

  test("is libbpf's first complaint when no program was refused", () => {
    const text =
      "libbpf: map 'rings': failed to create: Operation not permitted(-1)\nlibbpf: failed to load object 'lb'\n"
    expect(loadRefusal({ name: 'lb' }, -1, text)).toMatchObject({
      code: 'NOT_PERMITTED',
      message: expect.stringContaining(`"lb": map 'rings': failed to create: Operation not permitted(-1): EPERM`),
    })
    expect(loadRefusal({ name: 'lb' }, -4005, '')).toMatchObject({ code: 'INVALID_OBJECT', errno: 'LIBBPF_RELOC' })
  })
})

function load(program: string): BpfError | undefined {
  return errorOf(() =>
    loadTestObject('refused.bpf.o', (object) => {
      for (const spec of object.programs.values()) spec.autoload = spec.name === program
      const byReason = object.maps.get('by_reason')
      if (byReason) byReason.autocreate = program === 'uses_by_reason'
    }).close(),
  )
}

describeWith(['root'], 'this kernel', () => {
  test('refuses an unchecked pointer', () => {
    const error = load('unchecked_pointer')
    expect(error?.code).toBe('VERIFIER')
    expect(error?.message).toMatch(/R0 invalid mem access '.*'.* \(instruction \d+, at "return \*value;"\)/)
    expect(error?.log).toContain('processed')
  })

  test('refuses a read beyond the packet', () => {
    expect(load('beyond_packet')?.message).toMatch(
      /R1 (offset|min value) is outside of the (packet|allowed memory range) \(instruction \d+, /,
    )
  })

  test('refuses the BTF of an enum as an array key, and so does the load', () => {
    const error = load('uses_by_reason')
    expect(error?.code).toBe('INVALID_OBJECT')
    expect(error?.message).toContain('by_reason')
    expect(error?.message).toContain('use __u32')
  })

  test('loads it all the same without BTF when asked to', () => {
    using loaded = loadTestObject(
      'refused.bpf.o',
      (object) => {
        for (const spec of object.programs.values()) spec.autoload = spec.name === 'uses_by_reason'
      },
      { withoutBtf: true },
    )
    expect(loaded.handle('by_reason').info.btfId).toBe(0)
  })
})
