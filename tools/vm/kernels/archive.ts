import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aptConfiguration, mirrorOf, sources, TARGETS_FORMAT } from './mirror.ts'
import { parseStanzas, type Stanza } from './stanza.ts'

/** Debian's archive, through apt with lists of its own below a folder. */
export class Archive {
  readonly #environment: NodeJS.ProcessEnv

  private constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment
  }

  /** Fetches the lists. Throws with the reason where there is no apt, no mirror of Debian, or none that answers. */
  static open(folder: string): Archive {
    const format = ['indextargets', '--format', TARGETS_FORMAT, 'Created-By: Packages']
    const mirror = process.env['DEBIAN_MIRROR'] ?? mirrorOf(run('apt-get', format, process.env))
    if (mirror === undefined)
      throw new Error('the sources of apt here name no mirror of Debian (DEBIAN_MIRROR=<address> names one)')
    for (const name of ['sources', 'lists/partial', 'cache/archives/partial'])
      mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, 'status'), '')
    writeFileSync(join(folder, 'sources/debian.sources'), sources(mirror))
    writeFileSync(join(folder, 'apt.conf'), aptConfiguration(folder))
    const archive = new Archive({ ...process.env, APT_CONFIG: join(folder, 'apt.conf') })
    archive.#update()
    return archive
  }

  /** All packages of kernels, and of their parts. */
  kernels(): Stanza[] {
    const names = run(
      'apt-cache',
      ['search', '--names-only', '^linux-(image|binary|modules)-[0-9].*-amd64$'],
      this.#environment,
    )
      .split('\n')
      .flatMap((line) => /^\S+/.exec(line)?.[0] ?? [])
      .filter((name) => !/-(rt|cloud)-/.test(name))
    if (names.length === 0) throw new Error('the archive has no kernels')
    return parseStanzas(run('apt-cache', ['show', ...names], this.#environment))
  }

  /** Fetches packages into a folder. */
  download(packages: readonly { readonly name: string; readonly version: string }[], folder: string): void {
    const names = packages.map(({ name, version }) => `${name}=${version}`)
    run('apt-get', ['download', '-qq', ...names], this.#environment, folder)
  }

  /** A release that the mirror has no longer fails; the others count. */
  #update(): void {
    const { status, stderr } = spawnSync('apt-get', ['update', '-qq'], { env: this.#environment, encoding: 'utf8' })
    const { stdout } = spawnSync('apt-cache', ['stats'], { env: this.#environment, encoding: 'utf8' })
    if (status !== 0 && !/Total package names: [1-9]/.test(stdout))
      throw new Error(`Debian's archive does not answer: ${lastLine(stderr)}`)
  }
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd?: string): string {
  const options = {
    env: { ...env, LC_ALL: 'C' },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(cwd !== undefined && { cwd }),
  } as const
  const { status, stdout, stderr, error } = spawnSync(program, args, options)
  if (error) throw new Error(`there is no ${program} here`, { cause: error })
  if (status !== 0) throw new Error(`${program} ${args[0]} failed: ${lastLine(stderr)}`)
  return stdout
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
