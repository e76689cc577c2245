import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { listNamespaces } from 'netlink-ts'
import { untilLine } from './process/until-line.ts'

const script = `
  import { topology } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)}
  const net = await topology({ a: '10.0.0.1/24', b: '10.0.0.2/24' })
  net.a.spawn('sleep', ['1003'], { detached: true, stdio: 'ignore' })
  console.log(net.prefix, net.a.namespace.inode)
  if (process.argv[1] === 'exit') process.exit(7)
  if (process.argv[1] === 'throw') throw new Error('on purpose')
  if (process.argv[1] === 'handler') process.on('SIGINT', () => { process.exitCode = 9; clearInterval(timer) })
  const timer = setInterval(() => {}, 1000)
`

interface Ending {
  readonly prefix: string
  readonly code: number | null
  readonly signal: string | null
}

/** Starts a program that makes a topology, and ends it. */
async function end(how: string, signal?: NodeJS.Signals): Promise<Ending> {
  const args = ['--conditions=@skep/source', '--input-type=module', '-e', script, how]
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] })
  const exit = once(child, 'exit')
  const [prefix = ''] = (await untilLine(child.stdout, /^skep-/)).split(' ')
  if (signal) child.kill(signal)
  const [code, endedBy] = (await exit) as [number | null, string | null]
  return { prefix, code, signal: endedBy }
}

function namespacesOf(prefix: string): string[] {
  return listNamespaces().filter((name) => name.startsWith(prefix))
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s takes everything away, then ends the program',
  async (signal) => {
    const { prefix, ...ending } = await end('wait', signal)
    expect(ending).toEqual({ code: null, signal })
    expect(namespacesOf(prefix)).toEqual([])
  },
)

test('a program that listens to the signal itself decides on its end', async () => {
  const { prefix, ...ending } = await end('handler', 'SIGINT')
  expect(ending).toEqual({ code: 9, signal: null })
  expect(namespacesOf(prefix)).toEqual([])
})

test.each([
  ['exit', 7],
  ['throw', 1],
])('an early %s takes everything away', async (how, code) => {
  const { prefix, ...ending } = await end(how)
  expect(ending).toEqual({ code, signal: null })
  expect(namespacesOf(prefix)).toEqual([])
})

test('what a killed program left is taken away by the next topology', async () => {
  const { prefix } = await end('wait', 'SIGKILL')
  expect(namespacesOf(prefix)).toHaveLength(2)
  await end('exit')
  expect(namespacesOf(prefix)).toEqual([])
})
