import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { untilLine } from '@skep/testbed'
import { type Cluster, endpointSlices, kubeTestEnv } from '@skep/kube-testenv'
import type { Bench, BenchCase } from '../../../tools/bench/bench.ts'
import { ApiClient, loadKubeConfig } from '../src/index.ts'
import { clientGo, clientNode, type Contender, skep } from './contenders.ts'

const SLICES = 500
const ENDPOINTS = 100
const ROUNDS = 5
const TICKS_PER_SECOND = 100

/** 50,000 endpoints at a real API server: how long until a process knows them, what that costs, and how much comes. */
export default {
  group: 'informer',
  async run(report, floor) {
    await using cluster = await kubeTestEnv({ authorization: 'AlwaysAllow', controllerManager: false })
    await fill(cluster)
    const [node, go] = [clientNode(), clientGo()]
    const contenders = [...skep, ...go, ...(node ? [node] : [])]
    const rounds = new Map<Contender, Figures[]>(contenders.map((one) => [one, []]))
    const floors: Figures[] = []
    for (let i = 0; i < ROUNDS; i++) {
      floors.push(await bytesOnly(cluster))
      for (const [contender, figures] of rounds) figures.push(await synced(contender, cluster))
    }
    for (const [contender, figures] of rounds)
      (skep.includes(contender) ? report : floor)({
        name: `informer/${SLICES * ENDPOINTS}-endpoints/${contender.name}`,
        ...median(figures),
      })
    floor({ name: `informer/${SLICES * ENDPOINTS}-endpoints/bytes-only`, ...median(floors) })
    if (go.length === 0) report({ name: 'informer/client-go', skipped: 'there is no Go' })
    if (!node)
      report({ name: 'informer/client-node', skipped: 'CLIENT_NODE names no main file of @kubernetes/client-node' })
  },
} satisfies Bench

interface Figures {
  readonly seconds: number
  readonly cpuSeconds: number
  /** What the process has in memory once it knows all, and what of that came since it was ready. */
  readonly megabytes: number
  readonly addedMegabytes: number
  readonly receivedMegabytes: number
}

async function fill(cluster: Cluster): Promise<void> {
  const slice = (i: number): unknown => ({
    metadata: {
      name: `web-${i}`,
      labels: {
        'kubernetes.io/service-name': `web-${i}`,
        'endpointslice.kubernetes.io/managed-by': 'bench',
        app: 'web',
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: `web-${i}`, uid: crypto.randomUUID() }],
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: Array.from({ length: ENDPOINTS }, (_, j) => ({
      addresses: [`10.${128 + (i >> 8)}.${i & 255}.${j + 1}`],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${(i * ENDPOINTS + j) % 1000}`,
      zone: `zone-${j % 3}`,
      hints: { forZones: [{ name: `zone-${j % 3}` }] },
      targetRef: { kind: 'Pod', namespace: 'default', name: `web-${i}-7d4b9c-${j}`, uid: crypto.randomUUID() },
    })),
  })
  for (let i = 0; i < SLICES; i++) await cluster.api.create(endpointSlices, slice(i) as never)
}

async function synced(contender: Contender, cluster: Cluster): Promise<Figures> {
  const child = contender.start(cluster.kubeconfig())
  child.stderr.pipe(process.stderr)
  const exited = once(child, 'exit')
  try {
    await untilLine(child.stdout, /^ready$/)
    const before = { at: performance.now(), megabytes: memory(child.pid!), ...counters(child.pid!) }
    const done = untilLine(child.stdout, /^synced \d+$/)
    child.stdin.write('go\n')
    const line = await done
    const seconds = (performance.now() - before.at) / 1000
    // The API server has an endpoint of its own.
    if (line !== `synced ${SLICES * ENDPOINTS + 1}`) throw new Error(`bench: ${contender.name} says ${line}`)
    const after = { megabytes: memory(child.pid!), ...counters(child.pid!) }
    return {
      seconds,
      cpuSeconds: after.cpu - before.cpu,
      megabytes: after.megabytes,
      addedMegabytes: after.megabytes - before.megabytes,
      receivedMegabytes: (after.read - before.read) / 1e6,
    }
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}

/** The floor: the list, as nobody reads it. */
async function bytesOnly(cluster: Cluster): Promise<Figures> {
  using client = new ApiClient(loadKubeConfig(cluster.kubeconfig()))
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  let bytes = 0
  for await (const chunk of await client.stream({
    operation: 'list',
    path: '/apis/discovery.k8s.io/v1/endpointslices',
  }))
    bytes += chunk.length
  const { user, system } = process.cpuUsage(cpu)
  return {
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (user + system) / 1e6,
    megabytes: 0,
    addedMegabytes: 0,
    receivedMegabytes: bytes / 1e6,
  }
}

function counters(pid: number): { cpu: number; read: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  const read = Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND, read }
}

function memory(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function median(all: readonly Figures[]): Omit<BenchCase, 'name'> {
  const of = (value: (figures: Figures) => number): number => all.map(value).toSorted((a, b) => a - b)[all.length >> 1]!
  return {
    seconds: of(({ seconds }) => seconds),
    cpuSeconds: of(({ cpuSeconds }) => cpuSeconds),
    megabytes: of(({ megabytes }) => megabytes),
    addedMegabytes: of(({ addedMegabytes }) => addedMegabytes),
    receivedMegabytes: of(({ receivedMegabytes }) => receivedMegabytes),
  }
}
