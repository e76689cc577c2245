import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { openHandles } from '../leaks.ts'
import { codeOf, errorOf } from '../testing/code.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { HOOKS, hooks, numberOf, pinFolder, u32Bytes } from '../testing/runtime.ts'
import { mountTracefs } from '../file-systems.ts'
import { symbolOffset } from './elf-symbol.ts'
import { Link } from './link.ts'

const exec = { category: 'sched', name: 'sched_process_exec' } as const

/** A library whose functions every process here calls. */
function libc(): string {
  const line = execFileSync('ldd', [process.execPath], { encoding: 'utf8' })
    .split('\n')
    .find((text) => text.includes('libc.so'))
  return /(\/\S+)/.exec(line ?? '')?.[1] ?? ''
}

describeWith(['root', 'bpftool', 'perfEventLink'], 'tracepoints', () => {
  test('are seen with their cookie until the link is closed', () => {
    mountTracefs()
    using loaded = hooks()
    const before = openHandles().length
    {
      using link = loaded.program('on_exec').attachTracepoint({ ...exec, cookie: 0x1122_3344_5566n })
      execFileSync('true')
      expect(loaded.runs('tracepoint')).toBeGreaterThan(0)
      expect(numberOf(loaded.getVariable('cookies'), HOOKS.tracepoint)).toBe(0x1122_3344_5566)
      const shown = bpftool('link', 'show', 'id', String(link.info().id))
      expect(shown).toMatchObject({ type: 'perf_event', prog_id: loaded.program('on_exec').info().id })
      expect(openHandles()).toHaveLength(before + 1)
    }
    const after = loaded.runs('tracepoint')
    execFileSync('true')
    expect(loaded.runs('tracepoint')).toBe(after)
  })

  test('a pinned link goes on', () => {
    using folder = pinFolder()
    using loaded = hooks()
    const path = `${folder.path}/exec`
    {
      using link = loaded.program('on_exec').attachTracepoint(exec)
      link.pin(path)
    }
    const before = loaded.runs('tracepoint')
    execFileSync('true')
    expect(loaded.runs('tracepoint')).toBeGreaterThan(before)
    using link = Link.open(path)
    link.unpin()
  })

  test('the program of the link cannot be replaced', () => {
    using loaded = hooks()
    using link = loaded.program('on_exec').attachTracepoint(exec)
    expect(errorOf(() => link.update(loaded.program('on_call')))).toMatchObject({
      code: 'NOT_SUPPORTED',
      feature: 'replacing the program of a tracepoint or uprobe',
    })
    expect(codeOf(() => link.detach())).toBe('NOT_SUPPORTED')
  })

  test('one that is not there is refused', () => {
    using loaded = hooks()
    const wrong = errorOf(() => loaded.program('on_exec').attachTracepoint({ category: 'sched', name: 'no_such' }))
    expect(wrong?.code).toBe('NOT_FOUND')
    expect(wrong?.message).toMatch(/tracepoint sched:no_such: .*; those that there are stand in .*available_events$/)
    expect(codeOf(() => loaded.program('xdp_pass').attachTracepoint(exec))).toBe('REFUSED')
  })
})

describeWith(['root', 'perfEventLink'], 'uprobes', () => {
  test.each([false, true])('a function of a library is seen when called (at return: %s)', (atReturn) => {
    using loaded = hooks()
    loaded.setVariable('pid', u32Bytes(process.pid))
    using _link = loaded.program('on_call').attachUprobe({ binary: libc(), symbol: 'getuid', atReturn, cookie: 5n })
    const before = loaded.runs('uprobe')
    process.getuid?.()
    expect(loaded.runs('uprobe')).toBe(before + 1)
    expect(numberOf(loaded.getVariable('cookies'), HOOKS.uprobe)).toBe(5)
  })

  test('only in one process, by an offset', () => {
    using loaded = hooks()
    const offset = symbolOffset(libc(), 'getuid', 'test')
    using _link = loaded.program('on_call').attachUprobe({ binary: libc(), offset, pid: process.pid })
    execFileSync('id', ['-u'])
    const before = loaded.runs('uprobe')
    process.getuid?.()
    expect([before, loaded.runs('uprobe')]).toEqual([0, 1])
  })

  test('what is not there is refused, saying why', () => {
    using loaded = hooks()
    const attach = (binary: string, symbol: string) =>
      errorOf(() => loaded.program('on_call').attachUprobe({ binary, symbol }).close())
    expect(attach(libc(), 'no_such_function')).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('has no function "no_such_function"; nm and nm -D list what it has'),
    })
    expect(attach('/nowhere', 'f')?.code).toBe('NOT_FOUND')
    expect(attach('libc.so.6', 'f')?.message).toContain('binary "libc.so.6" must be an absolute path')
    expect(attach('/etc/passwd', 'f')?.message).toContain('/etc/passwd is no 64-bit little-endian ELF file')
  })
})
