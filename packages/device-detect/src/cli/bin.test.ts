import { spawnSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'

const root = join(import.meta.dirname, '../../../..')

/** What `npx` ran: as its users start it, from the root of the checkout, where npm has linked it. */
function npx(...args: string[]): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const { error, status, stdout, stderr } = spawnSync('npx', ['--no-install', '@skep/device-detect', ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  if (error) throw new Error(`npx does not start: ${error.message}`, { cause: error })
  return { code: status, stdout, stderr }
}

const { test } = needing(needs.binary('npx'))

beforeAll(() => {
  const built = spawnSync('tsc', ['-b', 'packages/device-detect'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` },
  })
  expect([built.status, built.stdout]).toEqual([0, ''])
}, 120_000)

test('the command prints a table of this host’s devices', () => {
  const { code, stdout } = npx()
  expect(stdout).toMatch(/^DEVICE +KIND +CHOSEN +RULE +WHY$/m)
  expect(stdout).toMatch(/^lo +loopback +no +prefix +its name begins with "lo"$/m)
  for (const name of Object.keys(networkInterfaces())) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'))
  expect(stdout).toMatch(/^direct routing: /m)
  expect(code).toBe(0)
})

test('with --json it prints the same for programs', () => {
  const { code, stdout } = npx('--json')
  const { explanations } = JSON.parse(stdout) as { explanations: { device: string; chosen: boolean }[] }
  expect(explanations).toContainEqual(expect.objectContaining({ device: 'lo', chosen: false, rule: 'prefix' }))
  expect(code).toBe(0)
})

test('what is wrong is told on stderr, and ends with 1', () => {
  expect(npx('--devices', 'no-such-dev0').code).toBe(1)
  const wrong = npx('--devices', 'eth/1')
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('"eth/1" is not a device')])
})

test('--help tells what there is', () => {
  const { code, stdout } = npx('--help')
  for (const part of ['--devices <devices>', '--json', '--follow', 'Exit status:']) expect(stdout).toContain(part)
  expect(code).toBe(0)
})
