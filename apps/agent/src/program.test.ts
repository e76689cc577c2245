import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { ConfigDocument } from './options/explain.ts'
import { program } from './program.ts'

let folder: string
let said: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-agent-'))
  said = []
  jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line))
})

afterEach(() => {
  jest.restoreAllMocks()
  delete process.env['CILIUM_ENABLE_MKE']
  rmSync(folder, { recursive: true })
})

async function config(...args: string[]): Promise<string> {
  await program('0').parseAsync(['node', 'skep-agent', 'config', ...args])
  return said.join('\n')
}

/** As the kubelet mounts a ConfigMap: links into a folder that it swaps. */
function mounted(files: Readonly<Record<string, string>>): string {
  mkdirSync(join(folder, '..2026'))
  symlinkSync('..2026', join(folder, '..data'))
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, '..2026', name), text)
    symlinkSync(join('..data', name), join(folder, name))
  }
  return folder
}

test('flags, environment and a mounted ConfigMap come together', async () => {
  const dir = mounted({ 'enable-mke': 'false\n', 'kube-proxy-replacement': 'probe', 'enable-hubble': 'true' })
  process.env['CILIUM_ENABLE_MKE'] = 'true'
  const { options, ignored } = JSON.parse(await config('--json', `--config-dir=${dir}`, '--debug')) as ConfigDocument
  const from = (name: string): string[] => {
    const { value, from: origin } = options.find((option) => option.name === name)!
    return [value, origin]
  }
  expect(from('enable-mke')).toEqual(['true', 'CILIUM_ENABLE_MKE'])
  expect(from('kube-proxy-replacement')).toEqual(['probe', join(dir, 'kube-proxy-replacement')])
  expect(from('debug')).toEqual(['true', '--debug'])
  expect(from('enable-ipv6')).toEqual(['true', 'default'])
  expect(ignored.map(({ name }) => name)).toEqual(['enable-hubble'])
})

test('for people it is a table, with what was given on top', async () => {
  const lines = (await config('--bpf-lb-map-max', '5000')).split('\n')
  expect(lines[0]).toMatch(/^OPTION +VALUE +FROM$/)
  expect(lines[1]).toMatch(/^bpf-lb-map-max +5000 +--bpf-lb-map-max$/)
})

test.each([
  [['--config-dir=/nowhere'], '--config-dir=/nowhere cannot be read: ENOENT; name the folder'],
  [['dsr'], '"dsr" is not an option; write --name=value'],
  [['--bpf-lb-map-max'], '--bpf-lb-map-max lacks its value; write --bpf-lb-map-max=value'],
  [['--bpf-lb-map-max', '--debug'], '--bpf-lb-map-max lacks its value; write --bpf-lb-map-max=value'],
  [['--enable-ipv7'], '--enable-ipv7: enable-ipv7 is not an option; did you mean enable-ipv4?'],
])('%j is refused', async (args, wanted) => {
  await expect(config(...args)).rejects.toThrow(wanted)
})

test('of --config-dir folders are passed over, and a link to nothing is named', async () => {
  const dir = mounted({ 'enable-ipv6': 'false' })
  symlinkSync('..2026', join(dir, 'enable-ipv4'))
  expect(await config(`--config-dir=${dir}`)).toMatch(/^enable-ipv6 +false /m)
  symlinkSync('gone', join(dir, 'devices'))
  await expect(config(`--config-dir=${dir}`)).rejects.toThrow(
    `${dir}/devices cannot be read: it is a link to what is not`,
  )
})
