import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { KubeTestEnvError } from '../error.ts'
import { type KubeProgram, kubernetesVersion, moduleFolder, programsFolder } from './programs.ts'
import { packageProgress } from './progress.ts'

type Say = (line: string) => void

/** Those of the programs that have not been built from these sources. */
export function unbuilt(programs: readonly KubeProgram[]): KubeProgram[] {
  return programs.filter((program) => !existsSync(join(programsFolder(), program)))
}

/**
 * Builds what is missing, at low priority. What Go has compiled stays in its own cache, so a build that was interrupted
 * goes on where it was. Whoever calls holds the lock ({@link withLock}).
 */
export async function build(programs: readonly KubeProgram[], say: Say): Promise<void> {
  const missing = unbuilt(programs)
  if (missing.length === 0) return
  const packages = missing.map((program) => `k8s.io/kubernetes/cmd/${program}`)
  say(`building ${missing.join(', ')} ${kubernetesVersion()} (once; some ten minutes on two cores)`)
  const total = countPackages(packages)
  mkdirSync(programsFolder(), { recursive: true })
  const work = mkdtempSync(join(programsFolder(), 'building-'))
  try {
    await compile(['-o', `${work}/`, ...packages], packageProgress(total, say))
    for (const program of missing) renameSync(join(work, program), join(programsFolder(), program))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** As a release of Kubernetes is stamped, so that clients and `--version` are told what this is. */
function stamps(): string {
  const version = kubernetesVersion()
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? []
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'archive', gitCommit: 'module' }
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
    .flatMap((where) => Object.entries(values).map(([name, value]) => `-X ${where}.${name}=${value}`))
    .join(' ')
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' }
}

/** Also fetches the modules: a machine without them asks Go's module proxy. */
function countPackages(packages: readonly string[]): number {
  const { status, stdout, stderr, error } = spawnSync('go', ['list', '-deps', ...packages], {
    cwd: moduleFolder,
    env: environment(),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (status === 0) return stdout.trim().split('\n').length
  throw failed(error?.message ?? lastLines(stderr))
}

async function compile(args: readonly string[], onPackage: () => void): Promise<void> {
  const options = ['build', '-v', '-trimpath', '-tags', 'grpcnotrace', '-ldflags', `-s -w ${stamps()}`]
  const child = spawn('nice', ['-n', '10', 'go', ...options, ...args], {
    cwd: moduleFolder,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const complaints: string[] = []
  const ended = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject))
  for await (const line of createInterface({ input: child.stderr })) {
    if (/^[\w.-]+(\/\S+)?$/.test(line)) onPackage()
    else complaints.push(line)
  }
  if ((await ended) !== 0) throw failed(lastLines(complaints.join('\n')))
}

function failed(why: string): KubeTestEnvError {
  return new KubeTestEnvError('NOT_BUILT', 'build the control plane', why)
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-15).join('\n')
}
