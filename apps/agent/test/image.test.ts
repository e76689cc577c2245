import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { version } from '../src/version.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const docker = join(root, 'deploy/docker')
const lines = (file: string): string[] => readFileSync(join(docker, file), 'utf8').split('\n')

test('its image is built as skep-lb’s is, and runs another command', () => {
  const others = lines('Dockerfile')
  const own = lines('Dockerfile.agent').filter((line) => !others.includes(line))
  expect(own.filter((line) => /^(FROM|COPY|WORKDIR)/.test(line))).toEqual([])
  expect(own).toEqual(
    expect.arrayContaining([
      'RUN sh deploy/docker/assemble.sh /opt/skep agent',
      'ENTRYPOINT ["skep-agent"]',
      'CMD ["run"]',
    ]),
  )
  expect(lines('Dockerfile.agent.dockerignore')).toEqual(lines('Dockerfile.dockerignore'))
})

const built = needs.feature('dist', () =>
  existsSync(join(root, 'apps/agent/dist/main.js')) ? undefined : 'run make build',
)

needing(built, needs.binary('npm')).test(
  'the assembled folder runs by itself',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'skep-image-'))
    try {
      const { status, stderr } = spawnSync('sh', [join(docker, 'assemble.sh'), folder, 'agent'], { encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
      const run = (...args: string[]) =>
        spawnSync(join(folder, 'bin/skep-agent'), args, {
          cwd: '/',
          encoding: 'utf8',
          env: { PATH: process.env['PATH'] },
        })
      expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n` })
      // Each program with all that it imports in few files.
      expect(readFileSync(join(folder, 'node_modules/@skep/agent/dist/main.js'), 'utf8')).toMatch(
        /^import ".*bundle\/agent-main.mjs"\n$/,
      )
      expect(run('config').stdout).toMatch(/^agent-health-port +9879 +default$/m)
      expect(run('run', '--enable-ipv7')).toMatchObject({ status: 1, stderr: expect.stringContaining('enable-ipv7') })
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
  240_000,
)
