import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { needing, untilLine } from '@skep/testbed'
import { listNamespaces } from 'netlink-ts'
import type { Cluster } from './index.ts'
import { ApiClient, clusterNeeds, configMaps, isStatus, kubeTestEnv, KubeTestEnvError, services } from './index.ts'

const { describe } = needing(...clusterNeeds)
const users = [{ name: 'alice', groups: ['readers'] }]

describe('a control plane', () => {
  let cluster: Cluster

  beforeAll(async () => {
    cluster = await kubeTestEnv({ users, controllerManager: false })
  })

  afterAll(() => cluster[Symbol.asyncDispose]())

  test('what a user may do RBAC says, unless everything is allowed; clusters side by side know nothing of each other', async () => {
    const refused = await cluster
      .as('alice')
      .list(services)
      .catch((error: unknown) => error)
    expect(isStatus(refused, 403)).toBe(true)
    expect(String(refused)).toContain('User "alice" cannot list resource "services"')
    await using open = await kubeTestEnv({ users, authorization: 'AlwaysAllow', controllerManager: false })
    await open.as('alice').create(configMaps, { metadata: { name: 'mine' } })
    expect(await cluster.api.find(configMaps, { name: 'mine' })).toBeUndefined()
    expect(() => open.token('bob')).toThrow('no user bob; there are admin,')
  })

  test('a service account may do what a manifest gives it', async () => {
    const token = await cluster.serviceAccountToken('agent')
    using agent = new ApiClient({ url: cluster.url, ca: cluster.ca, token })
    await expect(agent.list(services)).rejects.toThrow('User "system:serviceaccount:default:agent" cannot list')
    for (const object of mayListServices('agent')) await cluster.api.applyManifest(object)
    // The API server's own cache of roles follows a little later.
    while (!(await mayList(agent))) await delay(20)
    expect((await agent.list(services)).items.map(({ metadata }) => metadata.name)).toEqual(['kubernetes'])
  })

  test('a program that ended by itself is named where something else fails for it', async () => {
    const pid = cluster.etcd.pid!
    process.kill(pid, 'SIGKILL')
    await untilEnded(pid)
    const waiting = cluster.api.untilAll(configMaps, {}, () => false, 300)
    await expect(waiting).rejects.toThrow(/etcd has ended; the end of its log:/)
    await cluster.start()
  })

  test('the API server and etcd go away, and come back with what they knew', async () => {
    await cluster.api.create(configMaps, { metadata: { name: 'kept' }, data: { a: '1' } })
    await cluster.apiServer.stop()
    await expect(cluster.api.get(configMaps, { name: 'kept' })).rejects.toMatchObject({ code: 'UNREACHABLE' })
    await cluster.etcd.kill()
    await cluster.start()
    expect((await cluster.api.get(configMaps, { name: 'kept' })).data).toEqual({ a: '1' })
  })

  test('an API server that hangs keeps who asked waiting', async () => {
    await cluster.apiServer.pause()
    const asked = cluster.api.request('GET', '/version', { signal: AbortSignal.timeout(200) })
    await expect(asked).rejects.toThrow('timeout')
    cluster.apiServer.resume()
    expect(await cluster.api.request('GET', '/readyz')).toBe('ok')
  })

  test('a process that is killed takes its cluster along; the next one clears away what it could not', async () => {
    const program = new URL('fixtures/hold.ts', import.meta.url).pathname
    const args = ['--conditions=@skep/source', program]
    const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const made = JSON.parse(await untilLine(holder.stdout, /^\{/)) as Made
    expect(made.pids.every(isAlive)).toBe(true)
    holder.kill('SIGKILL')
    await Promise.all(made.pids.map(untilEnded))

    // One that does not get far, whose error has the end of the log.
    const next = kubeTestEnv({ apiServer: { 'no-such-flag': '1' } })
    await expect(next).rejects.toBeInstanceOf(KubeTestEnvError)
    await expect(next).rejects.toThrow(/start kube-apiserver: it ended[^]*unknown flag: --no-such-flag/)
    await cluster.network()
    expect(existsSync(made.folder)).toBe(false)
    expect(existsSync(made.cgroup)).toBe(false)
    expect(listNamespaces().filter((name) => name.startsWith(made.prefix))).toEqual([])
  })
})

const RBAC = 'rbac.authorization.k8s.io'

function mayListServices(name: string): Parameters<ApiClient['applyManifest']>[0][] {
  const rules = [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }]
  const subjects = [{ kind: 'ServiceAccount', name, namespace: 'default' }]
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name }
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects },
  ]
}

async function mayList(client: ApiClient): Promise<boolean> {
  try {
    await client.list(services)
    return true
  } catch (error) {
    if (isStatus(error, 403)) return false
    throw error
  }
}

/** What fixtures/hold.ts says. */
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
  while (isAlive(pid)) await delay(20)
}
