import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { parseConfig } from '../../config/load.ts'
import { writeApplied } from '../../controller/applied.ts'

const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
/** Modules that were compiled before start in half the time. */
const cache = process.env['NODE_COMPILE_CACHE'] ?? fileURLToPath(new URL('../../../../../.cache/node', import.meta.url))
const text = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services:
    - { name: web-front, frontends: [{ address: 192.0.2.10, port: 80 }], backends: [] }
    - { name: web-back, frontends: [{ address: 192.0.2.10, port: 81 }], backends: [] }
    - { name: dns, frontends: [{ address: 192.0.2.10, port: 53 }], backends: [] }
`
let folder: string

/** A `skep-lb` in the path, and an instance whose configuration can be read. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-completion-'))
  const command = join(folder, 'skep-lb')
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' --conditions=@skep/source '${main}' "$@"\n`)
  chmodSync(command, 0o755)
  mkdirSync(join(folder, 'run', 'default'), { recursive: true })
  writeApplied({ applied: join(folder, 'run', 'default', 'applied.json') }, parseConfig('lb.yaml', text))
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(join(folder, shell), run(command, ['completion', shell]))
})

afterAll(() => rmSync(folder, { recursive: true }))

function run(command: string, args: readonly string[]): string {
  const env = {
    ...process.env,
    PATH: `${folder}:${process.env['PATH']}`,
    HOME: folder,
    TERM: 'dumb',
    NODE_COMPILE_CACHE: cache,
  }
  return execFileSync(command, args, { encoding: 'utf8', env })
}

const bash = needing(needs.binary('bash'))
const zsh = needing(needs.binary('zsh'), needs.binary('script'))
const fish = needing(needs.binary('fish'))

/** What bash would show for a line with the cursor at its end. */
function inBash(line: string): string[] {
  const script = `source ${folder}/bash; COMP_LINE="$1"; COMP_POINT=\${#1}; $(complete -p skep-lb | sed 's/.*-F \\([^ ]*\\) .*/\\1/'); printf '%s\\n' "\${COMPREPLY[@]}"`
  return run('bash', ['--norc', '-c', script, 'bash', line]).trim().split('\n')
}

bash.test(
  'bash: commands, options, their values, and names of the instance',
  () => {
    expect(inBash('skep-lb expl')).toEqual(['explain'])
    expect(inBash('skep-lb get services --out')).toEqual(['--output'])
    expect(inBash('skep-lb get services -o ')).toEqual(['table', 'wide', 'json', 'yaml'])
    expect(inBash(`skep-lb explain service --run-dir ${folder}/run web`)).toEqual(['web-front', 'web-back'])
  },
  30_000,
)

bash.test(
  'bash: readline has split at = already',
  () => {
    expect(inBash('skep-lb get services --output=y')).toEqual(['yaml'])
  },
  30_000,
)

fish.test(
  'fish: commands with what they do, and names of the instance',
  () => {
    const ask = (line: string) =>
      run('fish', ['--no-config', '-c', `source ${folder}/fish; complete -C "${line}"`])
        .trim()
        .split('\n')
    expect(ask('skep-lb expl')).toEqual([expect.stringMatching(/^explain\tsay why/)])
    expect(ask(`skep-lb explain service --run-dir ${folder}/run web`).toSorted()).toEqual(['web-back', 'web-front'])
  },
  30_000,
)

zsh.test(
  'zsh: Tab completes a command and a name of the instance',
  async () => {
    const child = spawn('script', ['-qfec', 'zsh -f', '/dev/null'], {
      env: {
        ...process.env,
        PATH: `${folder}:${process.env['PATH']}`,
        HOME: folder,
        TERM: 'dumb',
        NODE_COMPILE_CACHE: cache,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let shown = ''
    child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()))
    const until = async (wanted: string) => {
      while (!shown.includes(wanted)) await once(child.stdout, 'data')
    }
    child.stdin.write(`autoload -U compinit; compinit -D; source ${folder}/zsh; PS1=ready'>'\n`)
    await until('ready>')
    child.stdin.write(`skep-lb expl\t`)
    await until('explain ')
    child.stdin.write(`serv\t`)
    await until('service ')
    child.stdin.write(`--run-dir ${folder}/run d\t`)
    await until('dns')
    child.stdin.write('\u0003\n\nexit\n')
    await once(child, 'close')
  },
  60_000,
)
