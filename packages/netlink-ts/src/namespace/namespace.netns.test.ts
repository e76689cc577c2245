import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, expect } from '@jest/globals'
import { needing, needs, ownName } from '@skep/testbed'
import { openNetlink } from '../netlink.ts'
import { openHandles } from '../open-handles.ts'
import {
  anonymousNamespace,
  createNamespace,
  currentNamespace,
  deleteNamespace,
  listNamespaces,
  openNamespace,
} from './named.ts'
import { run } from '../../test/ip.ts'

const { describe, test } = needing(needs.root, needs.binary('ip'))

const name = ownName('nlts')
const here = (): string => readlinkSync('/proc/thread-self/ns/net')

afterEach(() => {
  for (const left of listNamespaces().filter((each) => each.startsWith(name))) deleteNamespace(left)
  expect(openHandles()).toEqual([])
})

describe('names', () => {
  test('what is created here is listed, entered and deleted by ip netns', async () => {
    using ns = createNamespace(name)
    expect(ns).toMatchObject({ name, path: `/run/netns/${name}` })
    using self = currentNamespace()
    expect(await run(self, 'ip', ['netns', 'list'])).toContain(name)
    const inside = await run(self, 'ip', ['netns', 'exec', name, 'readlink', '/proc/self/ns/net'])
    expect(inside).toBe(`net:[${ns.inode}]`)
    await run(self, 'ip', ['netns', 'delete', name])
    expect(listNamespaces()).not.toContain(name)
  })

  test('what ip netns created is opened, listed and deleted here', async () => {
    using self = currentNamespace()
    await run(self, 'ip', ['netns', 'add', name])
    expect(listNamespaces()).toContain(name)
    using ns = openNamespace(name)
    using byPath = openNamespace(`/run/netns/${name}`)
    expect(byPath).toMatchObject({ name, inode: ns.inode })
    expect(ns.run(here)).toBe(`net:[${ns.inode}]`)
    ns.delete()
    expect(await run(self, 'ip', ['netns', 'list'])).not.toContain(name)
  })

  test('leaving the scope closes, and keeps the name', () => {
    {
      using ns = createNamespace(name)
      expect(openHandles()).toEqual([{ kind: 'namespace', fd: ns.fd, detail: `network namespace ${name}` }])
    }
    expect(listNamespaces()).toContain(name)
  })

  test('a name that is taken is EXISTS, and what it names stays', () => {
    using ns = createNamespace(name)
    expect(() => createNamespace(name)).toThrow(expect.objectContaining({ code: 'EXISTS' }))
    using again = openNamespace(name)
    expect(again.inode).toBe(ns.inode)
  })

  test('a name that is not there is NOT_FOUND', () => {
    expect(() => openNamespace(name)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
    expect(() => deleteNamespace(name)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  })

  test('what cannot be a file’s name is no name', () => {
    for (const bad of ['', '.', '..', 'a/b', 'x'.repeat(256)])
      expect(() => createNamespace(bad)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })

  test('a file that is no namespace is INVALID_INPUT', () => {
    for (const path of ['/etc/hostname', '/proc/self/ns/mnt'])
      expect(() => openNamespace(path)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })

  test('an anonymous one has no name, and none to delete', () => {
    using ns = anonymousNamespace()
    expect(ns.name).toBeUndefined()
    expect(ns.toString()).toBe(`net:[${ns.inode}]`)
    expect(() => ns.delete()).toThrow('dispose of it')
  })

  test('a closed one says so', () => {
    const ns = anonymousNamespace()
    ns[Symbol.dispose]()
    expect(() => ns.run(here)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })
})

describe('run', () => {
  test('is inside, and outside again after it', () => {
    using ns = anonymousNamespace()
    const outside = here()
    expect(ns.run(here)).toBe(`net:[${ns.inode}]`)
    expect(here()).toBe(outside)
  })

  test('is outside again after a throw, and the error is the function’s own', () => {
    using ns = anonymousNamespace()
    const outside = here()
    const error = new Error('mine')
    expect(() =>
      ns.run(() => {
        throw error
      }),
    ).toThrow(error)
    expect(here()).toBe(outside)
  })

  test('nests', () => {
    using a = anonymousNamespace()
    using b = anonymousNamespace()
    const seen = a.run(() => [here(), b.run(here), here()])
    expect(seen).toEqual([`net:[${a.inode}]`, `net:[${b.inode}]`, `net:[${a.inode}]`])
  })

  test('gives the function’s value, a negative number too', () => {
    using ns = anonymousNamespace()
    expect(ns.run(() => -1)).toBe(-1)
    expect(ns.run(() => undefined)).toBeUndefined()
  })

  test('refuses an asynchronous function', async () => {
    using ns = anonymousNamespace()
    expect(() => ns.run(async () => undefined)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })

  test('reaches the namespace’s own files in /proc', () => {
    using ns = anonymousNamespace()
    const forwarding = '/proc/sys/net/ipv4/ip_forward'
    const outside = readFileSync(forwarding, 'utf8')
    ns.run(() => writeFileSync(forwarding, '1'))
    expect(ns.run(() => readFileSync(forwarding, 'utf8'))).toBe('1\n')
    expect(readFileSync(forwarding, 'utf8')).toBe(outside)
    expect(ns.run(() => readFileSync('/proc/thread-self/net/dev', 'utf8'))).not.toContain('eth0')
  })

  test('a socket opened inside stays inside', () => {
    using ns = anonymousNamespace()
    using nl = ns.run(() => openNetlink())
    nl.link.set({ name: 'lo', up: true })
    using other = openNetlink({ ns })
    expect(other.link.get({ name: 'lo' })?.up).toBe(true)
  })
})

describe('exec', () => {
  test('runs in the network namespace alone: the file systems stay', async () => {
    using ns = anonymousNamespace()
    const { stdout } = await ns.exec('sh', ['-c', 'readlink /proc/self/ns/net /proc/self/ns/mnt'])
    expect(stdout.trim().split('\n')).toEqual([`net:[${ns.inode}]`, readlinkSync('/proc/self/ns/mnt')])
  })

  test('gives stdout, stderr and the exit code, feeds stdin, and takes env and cwd', async () => {
    using ns = anonymousNamespace()
    const result = await ns.exec('sh', ['-c', 'cat; echo $WORD $PWD; echo no >&2; exit 3'], {
      input: 'in ',
      env: { WORD: 'out', PATH: process.env['PATH'] },
      cwd: '/tmp',
    })
    expect(result).toEqual({ stdout: 'in out /tmp\n', stderr: 'no\n', code: 3 })
  })

  test('a command that is not there is an error that names it', async () => {
    using ns = anonymousNamespace()
    await expect(ns.exec('no-such-command', ['x'])).rejects.toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: expect.stringContaining('no-such-command x did not start'),
      }),
    )
  })

  test('a spawn that fails is the caller’s error event, as with child_process', async () => {
    await using ns = anonymousNamespace()
    const [error] = (await once(ns.spawn('no-such-command'), 'error').catch((reason: unknown) => [reason])) as [Error]
    expect(error.message).toContain('ENOENT')
  })

  test('a command that does not read its input is no error', async () => {
    using ns = anonymousNamespace()
    await expect(ns.exec('true', [], { input: 'x'.repeat(1 << 20) })).resolves.toMatchObject({ code: 0 })
  })

  test('after its time it is killed, and the call is TIMEOUT', async () => {
    using ns = anonymousNamespace()
    const ran = ns.exec('sleep', ['60'], { timeoutMs: 20 })
    await expect(ran).rejects.toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('sleep 60') })
  })

  test('an abort kills it, and its reason is the error', async () => {
    using ns = anonymousNamespace()
    const abort = new AbortController()
    const ran = ns.exec('sleep', ['60'], { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(ran).rejects.toThrow('enough')
  })

  test('one that is killed from outside is an error with what it said', async () => {
    using ns = anonymousNamespace()
    await expect(ns.exec('sh', ['-c', 'echo dying >&2; kill -9 $$'])).rejects.toThrow(/ended by SIGKILL.*dying/)
  })
})

describe('a socket', () => {
  test('is in no namespace by mistake: what is no reference is refused', () => {
    expect(() => openNetlink({ nss: 'blue' } as never)).toThrow('openNetlink: unknown option "nss"; did you mean ns?')
    expect(() => openNetlink({ ns: -1 })).toThrow('openNetlink: ns: -1 is not right; write a whole number from 0')
  })
})

describe('spawn, worker', () => {
  test('a child is inside, and ends with the namespace’s scope', async () => {
    let child
    {
      await using ns = anonymousNamespace()
      child = ns.spawn('sleep', ['60'])
      expect(readlinkSync(`/proc/${child.pid}/ns/net`)).toBe(`net:[${ns.inode}]`)
    }
    expect(child.signalCode).toBe('SIGKILL')
    expect(existsSync(`/proc/${child.pid}/ns`)).toBe(false)
  })

  test('every socket of a worker is inside, and it ends with the scope', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.set({ name: 'lo', up: true })
    const outside = createServer()
    await new Promise<void>((done) => outside.listen(0, '127.0.0.1', done))
    const { port } = outside.address() as { port: number }
    // The same address and port are free in there, and a client in there reaches the server in there.
    const worker = ns.worker(new URL('../../test/echo-worker.ts', import.meta.url), { workerData: { port } })
    const [message] = await new Promise<unknown[]>((resolve, reject) => {
      worker.once('message', (...args: unknown[]) => resolve(args))
      worker.once('error', reject)
    })
    expect(message).toEqual({ echoed: 'hello', namespace: `net:[${ns.inode}]` })
    await new Promise((done) => outside.close(done))
  })

  test('a worker that is terminated leaves no descriptor of this package open', async () => {
    await using ns = anonymousNamespace()
    const before = openSockets()
    const worker = ns.worker(new URL('../../test/holding-worker.ts', import.meta.url))
    await once(worker, 'message')
    expect(openSockets()).toBeGreaterThan(before)
    await worker.terminate()
    expect(openSockets()).toBe(before)
  })
})

function openSockets(): number {
  return readdirSync('/proc/self/fd').filter((fd) => isNetlink(fd)).length
}

function isNetlink(fd: string): boolean {
  try {
    return /^(socket:|net:)/.test(readlinkSync(`/proc/self/fd/${fd}`))
  } catch {
    return false
  }
}
