import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Tells at the end what was loaded, a line each. */
const teller = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  import { writeSync } from 'node:fs'
  const loaded = []
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
  process.on('exit', () => writeSync(2, loaded.join('\\n')))
`)}`

function loadedBy(app: string, ...words: readonly string[]): string[] {
  const args = ['--conditions=@skep/source', `--import=${teller}`, `${root}/apps/${app}/src/main.ts`, ...words]
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return stderr.split('\n')
}

/** Packages that take a while, and that whoever asks for help does not need. */
const heavy =
  /node_modules\/(zod|yaml|pino|prom-client)\/|\/(libbpf-ts|netlink-ts|sockets-ts|datapath|lb-maps|kube|bgp)\/src\/index\.ts/

test.each(['lb', 'agent', 'bgp'])('skep-%s --help loads the command line and nothing that it does', (app) => {
  const loaded = loadedBy(app, '--help')
  expect(loaded.filter((url) => url.includes('/commander/'))).not.toEqual([])
  expect(loaded.filter((url) => heavy.test(url))).toEqual([])
})

test('a command loads what it does', () => {
  expect(loadedBy('agent', 'config').filter((url) => heavy.test(url))).not.toEqual([])
})
