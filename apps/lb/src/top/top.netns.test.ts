import { once } from 'node:events'
import { afterAll, beforeAll, expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { config, network, type Network } from '../../test/network.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf, needs.binary('script'))
const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
let lab: Network
let lb: SkepLb

/** `top` on a terminal of its own: script(1) makes one. */
class Watched {
  readonly #child
  shown = ''

  constructor() {
    const command = ['stty rows 24 columns 100;', process.execPath, ...lb.invocation('top', '--interval', '0.1')].join(
      ' ',
    )
    this.#child = lab.net.lb.spawn('script', ['-qfec', `${command}; stty -a`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout!.on('data', (chunk: Buffer) => (this.shown += chunk.toString()))
  }

  type(keys: string): void {
    this.#child.stdin!.write(keys)
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.shown)) await once(this.#child.stdout!, 'data')
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null) await once(this.#child, 'close')
  }
}

describe('top on a terminal', () => {
  beforeAll(async () => {
    lab = await network()
    lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
  }, 60_000)

  afterAll(async () => {
    await lb[Symbol.asyncDispose]()
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  test('is drawn again and again, obeys keys, and gives the terminal back', async () => {
    const top = new Watched()
    await top.until(/FRONTEND +PACKETS\/S\*[^]*FRONTEND +PACKETS\/S\*/)
    top.type('\t')
    await top.until(/BACKEND +SHARE/)
    top.type('b')
    await top.until(/BYTES\/S\*/)
    top.type('q')
    await top.end()
    expect(top.shown.split(ENTER)).toHaveLength(2)
    const [, after = ''] = top.shown.split(LEAVE)
    expect(after).toMatch(/(?<!-)icanon\b/)
    expect(after).toMatch(/(?<!-)echo\b/)
  }, 60_000)

  test('an instance that is uninstalled meanwhile ends it, and the terminal is given back', async () => {
    const top = new Watched()
    await top.until(/FRONTEND/)
    await lb.end('SIGKILL')
    await lb.command('uninstall')
    await top.end()
    const [, after = ''] = top.shown.split(LEAVE)
    expect(after).toContain('instance default was uninstalled')
    expect(after).toMatch(/(?<!-)icanon\b/)
  }, 60_000)
})
