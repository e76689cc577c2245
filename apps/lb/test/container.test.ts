import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { version } from '../src/version.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const docker = join(root, 'deploy/docker')

/** A Dockerfile's instructions, continued lines joined, comments left out. */
function instructions(text: string): { word: string; rest: string }[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
  return lines
    .filter((line) => line !== '')
    .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.replace(/^\S+ /, '') }))
}

const file = instructions(readFileSync(join(docker, 'Dockerfile'), 'utf8'))
const all = (word: string) => file.filter((one) => one.word === word).map(({ rest }) => rest)

test('the Dockerfile has only instructions that exist, and two stages', () => {
  const known = ['FROM', 'RUN', 'WORKDIR', 'COPY', 'ENV', 'STOPSIGNAL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD']
  expect(file.map(({ word }) => word).filter((word) => !known.includes(word))).toEqual([])
  expect(all('FROM')).toEqual(['node:24-slim AS build', 'node:24-slim'])
  for (const json of [...all('ENTRYPOINT'), ...all('CMD')]) expect(JSON.parse(json)).toEqual(expect.any(Array))
})

test('what it copies from the checkout is there', () => {
  const sources = all('COPY')
    .filter((rest) => !rest.startsWith('--from'))
    .flatMap((rest) => rest.split(' ').slice(0, -1))
  expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([])
})

test('its shell lines and scripts are shell', () => {
  const check = (script: string) => spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })
  const scripts = [...all('RUN'), readFileSync(join(docker, 'assemble.sh'), 'utf8')]
  expect(scripts.map((script) => check(script).stderr)).toEqual(scripts.map(() => ''))
})

test('what is built by hand does not reach the image', () => {
  const ignored = readFileSync(join(docker, 'Dockerfile.dockerignore'), 'utf8').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', '**/dist', 'packages/*/prebuilds']))
})

const built = needs.feature('dist', () =>
  existsSync(join(root, 'apps/lb/dist/main.js')) ? undefined : 'run make build',
)

needing(built, needs.binary('npm')).test(
  'the assembled folder runs by itself, and holds nothing that is only for development',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'skep-image-'))
    try {
      const { status, stderr } = spawnSync('sh', [join(docker, 'assemble.sh'), folder], { encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
      const run = (...args: string[]) => spawnSync(join(folder, 'bin/skep-lb'), args, { cwd: '/', encoding: 'utf8' })
      expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n` })
      const checked = run('check', '--config', join(root, 'examples/lb.yaml'))
      expect(checked.stderr).not.toMatch(/Cannot find|ERR_/)
      const modules = join(folder, 'node_modules')
      expect(['jest', 'typescript', 'nx'].filter((name) => existsSync(join(modules, name)))).toEqual([])
      expect(
        readdirSync(join(modules, '@skep')).filter((name) => lstatSync(join(modules, '@skep', name)).isSymbolicLink()),
      ).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
  240_000,
)
