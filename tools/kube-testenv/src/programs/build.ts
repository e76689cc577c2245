import { spawn, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { KubeTestEnvError } from '../error.ts'
import { cacheFolder, kubernetesVersion, moduleFolder, programPackages, programsFolder, unbuilt } from './programs.ts'
import { packageProgress } from './progress.ts'

type Say = (line: string) => void

/**
 * Builds what is missing, at low priority. What Go has compiled stays until all is there, so a build that was interrupted
 * goes on where it was. Whoever calls holds the lock (`runUnderLock`). Throws {@link KubeTestEnvError} `NOT_BUILT`.
 */
export async function build(say: Say): Promise<void> {
  const missing = unbuilt()
  say(`building ${missing.join(', ')} of Kubernetes ${kubernetesVersion()}: once, some 6 minutes on two free cores`)
  const total = countPackages(missing.map((program) => programPackages[program]))
  mkdirSync(programsFolder(), { recursive: true })
  for (const left of globSync('building-*', { cwd: programsFolder() }))
    rmSync(join(programsFolder(), left), { recursive: true, force: true })
  const work = mkdtempSync(join(programsFolder(), 'building-'))
  const onPackage = packageProgress(total, say)
  try {
    for (const program of missing) {
      await compile(['-o', join(work, program), programPackages[program]], onPackage)
      renameSync(join(work, program), join(programsFolder(), program))
      say(`${program} is built`)
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  rmSync(compiledFolder(), { recursive: true, force: true })
}

/** What Go has compiled: gigabytes, of no use to anything else. */
function compiledFolder(): string {
  return join(cacheFolder(), 'compiled')
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
  const own = { GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly', GOWORK: 'off', CGO_ENABLED: '0' }
  // The compiler collects its garbage less often: an eighth less time, a third more memory.
  return { GOGC: '400', ...process.env, ...own, GOCACHE: compiledFolder() }
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
  const hint = 'it needs Go’s module proxy (GOPROXY) once, and 5 GB; it goes on where it was: make kube-programs'
  return new KubeTestEnvError('NOT_BUILT', 'build the control plane', `${why}\n${hint}`)
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-15).join('\n')
}
