import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KubeTestEnvError } from '../error.ts'

export type KubeProgram = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-proxy'

/** The Go package of each: the `tool` lines of go.mod. */
export const programPackages: Readonly<Record<KubeProgram, string>> = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
}

/** The folder with the go.mod that names the versions. */
export const moduleFolder: string = join(import.meta.dirname, '../../control-plane')

/** The version of Kubernetes that go.mod names: `v1.37.2`. */
export function kubernetesVersion(): string {
  const [, version] = /^require k8s\.io\/kubernetes (v\S+)/m.exec(goMod()) ?? []
  if (version === undefined) throw new Error(`${moduleFolder}/go.mod requires no k8s.io/kubernetes`)
  return version
}

/** The oldest Go that builds it: `1.26.0`. */
export function goVersionWanted(): string {
  const [, version] = /^go (\S+)/m.exec(goMod()) ?? []
  return version ?? '1'
}

/** Where the programs of these very sources are kept: outside the project, since they outlive it. */
export function programsFolder(): string {
  const sources = ['go.mod', 'go.sum'].map((name) => readFileSync(join(moduleFolder, name)))
  const key = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 12)
  return join(cacheFolder(), `${kubernetesVersion()}-${process.arch}-${key}`)
}

export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'skep/control-plane')
}

/** Those that have not been built from these sources. */
export function unbuilt(): KubeProgram[] {
  const all = Object.keys(programPackages) as KubeProgram[]
  return all.filter((program) => !existsSync(join(programsFolder(), program)))
}

/** Throws {@link KubeTestEnvError} `NOT_BUILT` with what to do, unless all are there. */
export function assertBuilt(): void {
  const missing = unbuilt()
  if (missing.length === 0) return
  const trouble = `no ${missing.join(', ')} in ${programsFolder()}; build them once, in some minutes: make kube-programs`
  throw new KubeTestEnvError('NOT_BUILT', 'start a cluster', trouble)
}

export function programPath(program: KubeProgram): string {
  return join(programsFolder(), program)
}

function goMod(): string {
  return readFileSync(join(moduleFolder, 'go.mod'), 'utf8')
}
