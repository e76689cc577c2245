import { once } from 'node:events'
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { spawn } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { codeOf, errorOf } from '../testing/code.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { hooks, pinFolder } from '../testing/runtime.ts'
import { Program } from '../program/program.ts'

/** The mount of cgroup v2, which need not be the first. */
function mountPoint(): string {
  const line = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((text) => text.split(' ')[2] === 'cgroup2')
  if (line === undefined) throw new Error('no cgroup v2 is mounted')
  return line.split(' ')[1] ?? ''
}

/** A cgroup of its own, gone when disposed of: hooks see the whole machine otherwise. */
function ownCgroup(): Disposable & { readonly path: string } {
  const path = `${mountPoint()}/libbpf-ts-${process.pid}-${process.hrtime.bigint()}`
  mkdirSync(path)
  return { path, [Symbol.dispose]: () => rmdirSync(path) }
}

/** Whether a process in the cgroup can connect to a port of this machine. */
async function connectsFrom(cgroup: string, port: number): Promise<boolean> {
  const child = spawn('bash', ['-c', `read; exec 3<>/dev/tcp/127.0.0.1/${port}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  writeFileSync(`${cgroup}/cgroup.procs`, String(child.pid))
  child.stdin.end('\n')
  const [code] = (await once(child, 'close')) as [number]
  return code === 0
}

async function listening(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: async () => void (await once(server.close(), 'close')) }
}

/** What is attached, as bpftool asks for it, with flags for each program. */
const attachFlags = needs.feature('flags of attached programs', () => {
  using cgroup = ownCgroup()
  using loaded = hooks()
  using _link = loaded.program('egress').attachCgroup({ cgroup: cgroup.path })
  try {
    bpftool('cgroup', 'show', cgroup.path)
    return undefined
  } catch {
    return 'Linux 6.0'
  }
})

describeWith(['root', 'bpftool'], 'cgroup', () => {
  test('connect4 refuses, is updated, and lets go when closed', async () => {
    using cgroup = ownCgroup()
    await using server = await listening()
    using loaded = hooks()
    expect(await connectsFrom(cgroup.path, server.port)).toBe(true)
    {
      using link = loaded.program('refuse_connect').attachCgroup({ cgroup: cgroup.path })
      expect(await connectsFrom(cgroup.path, server.port)).toBe(false)
      expect(loaded.runs('connect')).toBe(1)
      expect(link.info()).toMatchObject({
        type: 'cgroup',
        attachType: 10,
        cgroupId: statSync(cgroup.path, { bigint: true }).ino,
      })
      link.update(loaded.program('allow_connect'), { expected: loaded.program('refuse_connect') })
      expect(await connectsFrom(cgroup.path, server.port)).toBe(true)
    }
    expect(await connectsFrom(cgroup.path, server.port)).toBe(true)
  })

  test('several programs stand beside each other', async () => {
    using cgroup = ownCgroup()
    await using server = await listening()
    using loaded = hooks()
    using _allow = loaded.program('allow_connect').attachCgroup({ cgroup: cgroup.path })
    using _egress = loaded.program('egress').attachCgroup({ cgroup: cgroup.path })
    using _refuse = loaded.program('refuse_connect').attachCgroup({ cgroup: cgroup.path })
    expect(await connectsFrom(cgroup.path, server.port)).toBe(false)
  })

  needing(attachFlags).test('bpftool shows what is attached, as long as it is', () => {
    using cgroup = ownCgroup()
    using loaded = hooks()
    const names = ['allow_connect', 'egress', 'refuse_connect']
    {
      using links = new DisposableStack()
      for (const name of names) links.use(loaded.program(name).attachCgroup({ cgroup: cgroup.path }))
      const shown = bpftool('cgroup', 'show', cgroup.path) as { id: number; attach_type: string }[]
      expect(shown).toHaveLength(names.length)
      expect(shown).toContainEqual(
        expect.objectContaining({
          id: loaded.program('refuse_connect').info().id,
          attach_type: 'cgroup_inet4_connect',
        }),
      )
    }
    expect(bpftool('cgroup', 'show', cgroup.path)).toBeUndefined()
  })

  test('a program that was opened must be told its hook', () => {
    using cgroup = ownCgroup()
    using folder = pinFolder()
    using loaded = hooks()
    const path = `${folder.path}/connect`
    loaded.program('allow_connect').pin(path)
    using opened = Program.open(path)
    expect(() => opened.attachCgroup({ cgroup: cgroup.path })).toThrow('was opened, not loaded: say which hook')
    using link = opened.attachCgroup({ cgroup: cgroup.path, hook: 'cgroup_inet4_connect' })
    expect(link.info().programId).toBe(opened.info().id)
  })

  test('what cannot be attached is refused, saying why', () => {
    using cgroup = ownCgroup()
    using loaded = hooks()
    const connect = loaded.program('allow_connect')
    expect(codeOf(() => connect.attachCgroup({ cgroup: '/nowhere' }))).toBe('NOT_FOUND')
    expect(errorOf(() => connect.attachCgroup({ cgroup: '/tmp' }))?.message).toContain(
      'outside of every cgroup v2 mount',
    )
    const misspelt = errorOf(() => connect.attachCgroup({ cgroup: cgroup.path, hook: 'connect4' as never }))
    expect(misspelt?.message).toContain("hook 'connect4' is not known; there are cgroup_inet_ingress,")
    const wrong = errorOf(() => connect.attachCgroup({ cgroup: cgroup.path, hook: 'cgroup_inet6_connect' }))
    expect(wrong?.message).toContain('cgroup_inet6_connect of cgroup')
    expect(wrong?.message).toContain('was the program loaded for this hook?')
  })
})
