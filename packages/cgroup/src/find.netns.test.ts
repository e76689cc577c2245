import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test as plain } from '@jest/globals'
import { needing, needs, testCgroup } from '@skep/testbed'
import { findCgroupRoot } from './find.ts'
import { parseMounts } from './mounts.ts'
import { findCgroup1 } from './v1.ts'

const run = promisify(execFile)
const main = fileURLToPath(new URL('../test/find-main.ts', import.meta.url))
const cgroup2 = needs.feature('cgroup2', () => (cgroup2Mounts().length > 0 ? undefined : 'no cgroup v2 is mounted'))
const cgroup1 = needs.feature('cgroup1', () => (findCgroup1() === undefined ? 'no cgroup v1 is mounted' : undefined))
const { test } = needing(needs.root, needs.binary('unshare'), cgroup2)
const alsoV1 = needing(needs.root, needs.binary('unshare'), cgroup2, cgroup1)

interface Outcome {
  readonly path?: string
  readonly mounted?: boolean
  readonly mode?: string
  readonly lines?: readonly string[]
  readonly code?: string
  readonly message?: string
}

function cgroup2Mounts(): string[] {
  const mounts = parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'))
  return mounts.filter(({ version }) => version === 2).map(({ point }) => point)
}

/** As a container has it: a process in a cgroup below the root, with cgroup and mount namespaces of its own, after some commands. */
async function inContainer(options: object, prepare = ':'): Promise<Outcome> {
  await using cgroup = testCgroup()
  const script = `echo 0 > "$0/cgroup.procs" && exec unshare --cgroup --mount --propagation private sh -c '${prepare}; exec "$@"' sh "$@"`
  const node = [process.execPath, '--conditions=@skep/source', main, JSON.stringify(options)]
  const { stdout } = await run('sh', ['-c', script, cgroup.child('pod/container'), ...node])
  return JSON.parse(stdout) as Outcome
}

/** Away with every mount of a cgroup v2, in the process's own mount namespace. */
const unmountAll = (): string =>
  cgroup2Mounts()
    .map((point) => `umount ${point}`)
    .join('; ')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-cgroup-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A tmpfs with a /proc in which this process stands for the host's first: the machine's own may not let itself be looked at. */
const procIn = (first: string): string =>
  `mount -t tmpfs none ${folder}; mkdir ${folder}/proc; ln -s /proc/self ${folder}/proc/self; ${first}; ${unmountAll()}`

test('the root of this machine, beside v1 or alone', () => {
  const found = findCgroupRoot()
  expect(cgroup2Mounts()).toContain(found.path)
  expect(found).toMatchObject({ mounted: false, mode: expect.stringMatching(/^(v2|mixed)$/) })
  expect(found.lines.at(-1)).toContain('the root of the hierarchy')
})

test('in a container that sees the host’s mount, it is that one', async () => {
  const found = await inContainer({})
  expect(cgroup2Mounts()).toContain(found.path)
  expect(found.mounted).toBe(false)
})

test('a container’s own mount is refused, with what to do', async () => {
  const own = await inContainer({ path: folder, proc: '/nowhere' })
  expect(own).toMatchObject({ code: 'WRONG_ROOT' })
  expect(own.message).toContain('below the hierarchy’s root, not that root')
  expect(own.message).toContain('mount the host’s /sys/fs/cgroup into this container')
})

test('its own mount is passed over for the host’s', async () => {
  const found = await inContainer({}, `mount -t cgroup2 none ${folder}`)
  expect(cgroup2Mounts()).toContain(found.path)
})

test('where none is mounted, it is that of the host’s first process', async () => {
  const prepare = procIn(`ln -s /proc/${process.pid} ${folder}/proc/1`)
  const found = await inContainer({ proc: `${folder}/proc` }, prepare)
  expect(found).toMatchObject({ path: `${folder}/proc/1/root${cgroup2Mounts()[0]}`, mounted: false })
})

test('where that cannot be entered, one is mounted as that process sees it', async () => {
  const prepare = procIn(`mkdir ${folder}/proc/1; ln -s /proc/${process.pid}/ns ${folder}/proc/1/ns`)
  const found = await inContainer({ mountAt: `${folder}/cgroup`, proc: `${folder}/proc` }, prepare)
  expect(found).toMatchObject({ path: `${folder}/cgroup`, mounted: true })
  expect(found.lines).toContain(`mounted a cgroup v2 at ${folder}/cgroup as ${folder}/proc/1/ns/cgroup sees it`)
  expect(found.lines?.at(-1)).toContain('the root of the hierarchy')
})

/** Cgroups are as this machine does not have them, in a mount namespace of the process's own. */
const away = 'umount -R /sys/fs/cgroup; mount -t tmpfs none /sys/fs/cgroup'

/** As on a host: without a cgroup namespace of its own, and the process is the first. */
async function onHost(prepare: string): Promise<Outcome> {
  const node = [process.execPath, '--conditions=@skep/source', main, '{}']
  const script = `${prepare}; exec "$@"`
  const own = ['--mount', '--propagation', 'private', '--pid', '--fork', '--mount-proc', '--kill-child']
  const { stdout } = await run('unshare', [...own, 'sh', '-c', script, 'sh', ...node])
  return JSON.parse(stdout) as Outcome
}

test('v2 alone, at /sys/fs/cgroup itself', async () => {
  const found = await onHost('umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup')
  expect(found).toMatchObject({ path: '/sys/fs/cgroup', mode: 'v2', mounted: false })
})

test('v2 beside v1', async () => {
  const mounts = 'mkdir /sys/fs/cgroup/unified /sys/fs/cgroup/v1; mount -t cgroup2 none /sys/fs/cgroup/unified'
  const found = await onHost(`${away}; ${mounts}; mount -t cgroup -o none,name=skep none /sys/fs/cgroup/v1`)
  expect(found).toMatchObject({ path: '/sys/fs/cgroup/unified', mode: 'mixed', mounted: false })
})

alsoV1.test('v1 alone: one of v2 is mounted, and it is the host’s', async () => {
  const proc = `mount -t tmpfs none ${folder}; mkdir -p ${folder}/proc/1; ln -s /proc/self ${folder}/proc/self; ln -s /proc/${process.pid}/ns ${folder}/proc/1/ns`
  const prepare = `${proc}; mkdir ${folder}/v1; mount --bind ${findCgroup1()} ${folder}/v1; ${away}`
  const found = await inContainer({ mountAt: `${folder}/cgroup`, proc: `${folder}/proc` }, prepare)
  expect(found).toMatchObject({ path: `${folder}/cgroup`, mode: 'v1', mounted: true })
  expect(found.lines?.[0]).toBe('only cgroups v1 are mounted')
})

test('where none is mounted and nobody’s namespace can be entered, that is said', async () => {
  const found = await inContainer({ mountAt: folder, proc: '/nowhere' }, unmountAll())
  expect(found).toMatchObject({ code: 'NO_HOST_ROOT' })
  expect(found.message).toMatch(/\/nowhere\/1\/ns\/cgroup/)
  expect(found.message).toContain('below the hierarchy’s root, not that root')
})

plain('a folder that is no cgroup cannot be chosen', () => {
  expect(() => findCgroupRoot({ path: '/proc/nowhere' })).toThrow('no cgroup v2')
  writeFileSync(join(folder, 'file'), '')
  expect(() => findCgroupRoot({ path: folder })).toThrow('it would cover what is there (file)')
  expect(() => findCgroupRoot({ path: join(folder, 'file') })).toThrow('no cgroup v2')
})
