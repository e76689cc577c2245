import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

/** A program that follows all EndpointSlices of a cluster. */
export interface Contender {
  readonly name: string
  start(kubeconfig: string): ChildProcessWithoutNullStreams
}

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const script =
  (file: string, ...rest: readonly string[]) =>
  (kubeconfig: string): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, ['--conditions=@skep/source', beside(file), kubeconfig, ...rest])

/** Ours, both ways to list. */
export const skep: readonly Contender[] = ['watch', 'pages'].map((listing) => ({
  name: `skep-${listing}`,
  start: script('follow.ts', listing),
}))

/** `@kubernetes/client-node`, where `CLIENT_NODE` says where its main file is. */
export function clientNode(): Contender | undefined {
  const library = process.env['CLIENT_NODE']
  return library ? { name: 'client-node', start: script('client-node.ts', library) } : undefined
}

/** client-go, built where there is Go; as it is, and with protobuf as kube-proxy asks for it. */
export function clientGo(): readonly Contender[] {
  const program = built()
  if (program === undefined) return []
  return ['json', 'protobuf'].map((type) => ({
    name: `client-go-${type}`,
    start: (kubeconfig) => spawn(program, [kubeconfig, type]),
  }))
}

function built(): string | undefined {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const program = join(cache, 'skep', 'bench', 'client-go-informer')
  mkdirSync(join(program, '..'), { recursive: true })
  const { status } = spawnSync(
    'nice',
    ['-n', '10', 'go', 'build', '-trimpath', '-ldflags', '-s -w', '-o', program, '.'],
    {
      cwd: beside('client-go'),
      env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOWORK: 'off' },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  return status === 0 || existsSync(program) ? program : undefined
}
