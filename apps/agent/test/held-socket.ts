import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import type { Machine } from '@skep/kube-testenv'

/** A connected socket: a line in, what is answered out; its error at last. */
const PROGRAM = `
const [address, port, protocol] = process.argv.slice(1)
const say = (what, text) => console.log(JSON.stringify([what, text]))
const read = require('node:readline').createInterface({ input: process.stdin })
if (protocol === 'udp') {
  const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.on('error', ({ code }) => say('failed', code))
  socket.on('message', (text) => say('answer', String(text)))
  socket.connect(Number(port), address, () => socket.send('ping', () => {}))
  read.on('line', () => socket.send('ping', () => {}))
} else {
  const socket = require('node:net').connect({ host: address, port: Number(port) })
  socket.on('error', ({ code }) => say('failed', code))
  socket.on('close', () => say('failed', 'closed'))
  socket.on('data', (text) => say('answer', String(text)))
  const ask = () => socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
  socket.on('connect', ask)
  read.on('line', ask)
}
read.on('close', () => process.exit())
`

export interface HeldSocketOptions {
  readonly address: string
  readonly port: number
  readonly protocol: 'udp' | 'tcp'
}

/** A socket that is connected, in a process of a node or pod, until it is disposed of. */
export class HeldSocket implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: Interface
  readonly #failed: Promise<string>
  #code: string | undefined

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#lines = createInterface({ input: child.stdout! })
    this.#failed = new Promise((resolve) => {
      this.#lines.on('line', (line) => {
        const [what, text] = JSON.parse(line) as [string, string]
        if (what === 'failed') resolve((this.#code ??= text))
      })
    })
  }

  /** Resolves when it was answered once; `answered` has the last line. */
  static async open(host: Machine, { address, port, protocol }: HeldSocketOptions): Promise<HeldSocket> {
    const child = host.spawn(process.execPath, ['-e', PROGRAM, address, String(port), protocol], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const held = new HeldSocket(child)
    held.answered = await held.#answer()
    return held
  }

  answered = ''

  /** Sends once more: the last line of the answer. */
  ask(): Promise<string> {
    const answer = this.#answer()
    this.#child.stdin!.write('\n')
    return answer
  }

  /** Resolves when it has failed: with what. */
  failed(): Promise<string> {
    return this.#failed
  }

  get hasFailed(): boolean {
    return this.#code !== undefined
  }

  async #answer(): Promise<string> {
    const [line] = (await once(this.#lines, 'line')) as [string]
    const [what, text] = JSON.parse(line) as [string, string]
    if (what !== 'answer') throw new Error(`the socket failed: ${text}`)
    return text.trim().split('\n').at(-1)!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.stdin!.end()
    await ended
  }
}
