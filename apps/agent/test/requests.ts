import { text } from 'node:stream/consumers'
import type { Node } from '@skep/kube-testenv'

/** What came of a load. */
export interface Outcome {
  readonly asked: number
  readonly failed: number
  /** The names of those that answered. */
  readonly by: readonly string[]
}

/** One connection a request, one after another, until SIGTERM. */
const PROGRAM = `
const { get } = require('node:http')
const by = new Set()
let [asked, failed, ending] = [0, 0, false]
process.on('SIGTERM', () => { ending = true })
function ask() {
  if (ending) return console.log(JSON.stringify({ asked, failed, by: [...by].sort() }))
  asked++
  const failing = () => { failed++; ask() }
  get({ host: process.argv[1], agent: false, timeout: 5000 }, (response) => {
    let body = ''
    response.on('data', (chunk) => { body += chunk })
    response.on('error', failing)
    response.on('end', () => { by.add(body); setTimeout(ask, 5) })
  }).on('error', failing)
}
ask()
`

/** Asks a service from a process of the node, or of another machine, until it is told to end. */
export function requests(node: Pick<Node, 'machine'>, address: string): { readonly end: () => Promise<Outcome> } {
  const child = node.machine.spawn(process.execPath, ['-e', PROGRAM, address], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said = text(child.stdout!)
  return {
    end: async () => {
      child.kill('SIGTERM')
      return JSON.parse(await said) as Outcome
    },
  }
}
