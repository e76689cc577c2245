import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bgpMetrics, parseBgpConfig, type PeerStatus } from '@skep/bgp'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { program } from './program.ts'

const page = readFileSync(new URL('../../../docs/bgp.md', import.meta.url), 'utf8')

/** The page's blocks of a language. */
function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text!)
}

test.each(blocks('yaml'))('this configuration is valid:\n%s', (text) => {
  expect(parseBgpConfig('bgp.yaml', text).peers).toHaveLength(1)
})

test.each(blocks('sh').flatMap((text) => text.split('\n').filter((line) => line.startsWith('skep-bgp '))))(
  '%s is understood',
  (line) => {
    const [, name, ...words] = line.replace(/ *#.*/, '').split(' ')
    const command = program('0').commands.find((one) => one.name() === name)!
    const known = command.options.flatMap(({ short, long }) => [short, long])
    expect(words.filter((word) => word.startsWith('-') && !known.includes(word))).toEqual([])
  },
)

test('every metric is on the page', () => {
  const peer = { advertised: {}, received: {}, name: 'x', lastError: { what: '', at: 0 } } as unknown as PeerStatus
  for (const { name } of bgpMetrics([peer])) expect(page).toContain(`\`${name}{`)
})

/** Has a program read a file with this text. */
function read(text: string, file: string, args: readonly string[]): string {
  using stack = new DisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'skep-bgp-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'conf'), text)
  const { status, stdout, stderr } = spawnSync(file, [...args, join(folder, 'conf')], { encoding: 'utf8' })
  return `${status} ${stdout}${stderr}`
}

needing(needs.root, needs.binary('bird')).test('BIRD takes its configuration', () => {
  expect(read(blocks('bird')[0]!, 'bird', ['-p', '-c'])).toBe('0 ')
})

needing(needs.root, needs.binary('vtysh')).test('FRR takes its configuration', () => {
  expect(read(blocks('frr')[0]!, '/usr/lib/frr/bgpd', ['-C', '-f'])).toMatch(/^0 (?!.*(No such|Unknown|Malformed))/s)
})
