import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect } from '@jest/globals'
import { needing, untilLine } from '@skep/testbed'
import { listNamespaces } from 'netlink-ts'
import { clusterNeeds, configMaps, isStatus, kubeTestEnv, KubeTestEnvError, services } from './index.ts'

const { test } = needing(...clusterNeeds)

test('the API server goes away and comes back with what it knew; so does etcd', async () => {
  await using cluster = await kubeTestEnv()
  await cluster.api.create(configMaps, { metadata: { name: 'kept' }, data: { a: '1' } })
  await cluster.apiServer.stop()
  await expect(cluster.api.get(configMaps, { name: 'kept' })).rejects.toMatchObject({ code: 'UNREACHABLE' })
  await cluster.etcd.kill()
  await cluster.start()
  expect((await cluster.api.get(configMaps, { name: 'kept' })).data).toEqual({ a: '1' })
})

test('two at once; what a user may do RBAC says, unless everything is allowed', async () => {
  const users = [{ name: 'alice', groups: ['readers'] }]
  await using stack = new AsyncDisposableStack()
  const [strict, open] = await Promise.all([
    kubeTestEnv({ users }),
    kubeTestEnv({ users, authorization: 'AlwaysAllow' }),
  ])
  stack.use(strict)
  stack.use(open)
  const refused = await strict
    .as('alice')
    .list(services)
    .catch((error: unknown) => error)
  expect(isStatus(refused, 403)).toBe(true)
  expect(String(refused)).toContain('User "alice" cannot list resource "services"')
  await open.as('alice').create(configMaps, { metadata: { name: 'mine' } })
  expect(await strict.api.find(configMaps, { name: 'mine' })).toBeUndefined()
  expect(() => open.token('bob')).toThrow('no user bob; there are admin,')
})

test('a flag that there is not: the error has the end of the log', async () => {
  const started = kubeTestEnv({ apiServer: { 'no-such-flag': '1' } })
  await expect(started).rejects.toThrow(/start kube-apiserver: it ended[^]*unknown flag: --no-such-flag/)
  await expect(started).rejects.toBeInstanceOf(KubeTestEnvError)
})

test('a process that is killed takes its cluster along; the next one clears away what it could not', async () => {
  const program = new URL('fixtures/hold.ts', import.meta.url).pathname
  const holder = spawn(process.execPath, ['--conditions=@skep/source', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const made = JSON.parse(await untilLine(holder.stdout, /^\{/)) as Made
  expect(made.pids.every(isAlive)).toBe(true)
  holder.kill('SIGKILL')
  await Promise.all(made.pids.map(untilEnded))
  await using cluster = await kubeTestEnv()
  await cluster.network()
  expect(existsSync(made.folder)).toBe(false)
  expect(existsSync(made.cgroup)).toBe(false)
  expect(listNamespaces().filter((name) => name.startsWith(made.prefix))).toEqual([])
})

interface Made {
  readonly folder: string
  readonly prefix: string
  readonly cgroup: string
  readonly pids: readonly number[]
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}

async function untilEnded(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
}
