import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Node } from '@skep/kube-testenv'

/** What came of a load. */
export interface Outcome {
  readonly asked: number
  readonly failed: number
  /** The names of those that answered. */
  readonly by: readonly string[]
}

export interface Load {
  /** Resolves when somebody of this name has answered. */
  readonly answeredBy: (name: string) => Promise<void>
  readonly end: () => Promise<Outcome>
}

/** One connection a request, one after another, until SIGTERM: a line for each that answers first, at last the counts. */
const PROGRAM = `
const { get } = require('node:http')
const by = new Set()
const say = (what) => console.log(JSON.stringify(what))
const [host, pause] = process.argv.slice(1)
let [asked, failed, ending] = [0, 0, false]
process.on('SIGTERM', () => { ending = true })
function ask() {
  if (ending) return say({ asked, failed, by: [...by].sort() })
  asked++
  const failing = ({ message }) => { failed++; console.error('request ' + asked + ': ' + message); setTimeout(ask, Number(pause)) }
  get({ host, agent: false, timeout: 5000 }, (response) => {
    let body = ''
    response.on('data', (chunk) => { body += chunk })
    response.on('error', failing)
    response.on('end', () => {
      if (!by.has(body)) say(body)
      by.add(body)
      setTimeout(ask, Number(pause))
    })
  }).on('error', failing)
}
ask()
`

/** Asks a service from a process of the node, or of another machine, until it is told to end. `pauseMs`: between two. */
export function requests(node: Pick<Node, 'machine'>, address: string, pauseMs = 5): Load {
  const args = ['-e', PROGRAM, address, String(pauseMs)]
  const child = node.machine.spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const names = new Map<string, PromiseWithResolvers<void>>()
  const of = (name: string): PromiseWithResolvers<void> => {
    if (!names.has(name)) names.set(name, Promise.withResolvers<void>())
    return names.get(name)!
  }
  const ended = Promise.withResolvers<Outcome>()
  const gone = once(child, 'close').then(() => {
    throw new Error(`the load on ${address} has ended without a word`)
  })
  gone.catch(() => {})
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const said = JSON.parse(line) as string | Outcome
    if (typeof said === 'string') of(said).resolve()
    else ended.resolve(said)
  })
  return {
    answeredBy: (name) => Promise.race([of(name).promise, gone]),
    end: () => {
      child.kill('SIGTERM')
      return Promise.race([ended.promise, gone])
    },
  }
}
