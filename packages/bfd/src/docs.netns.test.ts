import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { needing, needs, topology } from '@skep/testbed'

const page = readFileSync(new URL('../../../docs/bfd.md', import.meta.url), 'utf8')
const [ofFrr, ofBird] = [...page.matchAll(/^```conf\n(.*?)^```/gms)].map(([, text]) => text!)

/** What a daemon says of the page's text, on a host that has the page's address and device. */
async function read(text: string, program: string, args: readonly string[]): Promise<string> {
  await using net = await topology({ us: '10.0.0.1/24', router: '10.0.0.254/24' })
  using stack = new DisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'skep-bfd-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  // FRR reads it as a user of its own.
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'conf'), text)
  const { code, stdout, stderr } = await net.router.attempt(program, [...args, join(folder, 'conf')])
  return `${code} ${stdout}${stderr}`
}

needing(needs.root, needs.binary('vtysh')).test('FRR takes its configuration, each line', async () => {
  const dry = ['-C', '-f']
  expect(await read(ofFrr!, '/usr/lib/frr/bfdd', dry)).toMatch(/^0 (?!.*No such command)/s)
  const wrong = ofFrr!.replace('minimum-ttl', 'minimal-ttl')
  expect(await read(wrong, '/usr/lib/frr/bfdd', dry)).toMatch(/No such command/)
})

needing(needs.root, needs.binary('bird')).test('BIRD takes its configuration', async () => {
  expect(await read(ofBird!, 'bird', ['-p', '-c'])).toBe('0 ')
})
