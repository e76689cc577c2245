import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'

export interface SelfTestOptions {
  /** The cgroup that programs are attached to. */
  readonly root: string
  /** What the programs refuse, for the time of the test: nobody else goes there. */
  readonly address: string
  readonly port: number
  /** Starts a process, in another network namespace for instance. Default: `child_process.spawn`. */
  readonly spawn?: (command: string, args: readonly string[]) => ChildProcess
}

/** What came of it. */
export interface SelfTestResult {
  readonly hit: boolean
  /** What the socket met, and what that means. */
  readonly reason: string
}

/** Joins the cgroup, then connects a UDP socket: no packet leaves, and nothing but a program refuses. */
const PROBE = `
const [folder, address, port] = process.argv.slice(1)
require('node:fs').writeFileSync(folder + '/cgroup.procs', '0')
const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4')
socket.connect(Number(port), address, (error) => {
  console.log(error ? error.code : 'connected')
  process.exit()
})
`

/** By a program that may not choose the error: before Linux 6.1. */
const REFUSALS: readonly string[] = ['ECONNREFUSED', 'EPERM']

/**
 * Whether a socket of a process in a throw-away cgroup below the root meets the programs that are attached to the root.
 * They must refuse the destination meanwhile.
 */
export async function selfTest({
  root,
  address,
  port,
  spawn: start = spawn,
}: SelfTestOptions): Promise<SelfTestResult> {
  const folder = join(root, `skep-self-test-${process.pid}-${process.hrtime.bigint()}`)
  mkdirSync(folder)
  try {
    const child = start(process.execPath, ['-e', PROBE, folder, address, String(port)])
    const ended = once(child, 'close')
    const said = (await text(child.stdout!)).trim()
    await ended
    return judgeOutcome(said, root)
  } finally {
    rmdirSync(folder)
  }
}

function judgeOutcome(said: string, root: string): SelfTestResult {
  if (REFUSALS.includes(said))
    return { hit: true, reason: `a socket in a cgroup below ${root} met the programs (${said})` }
  const outcome =
    said === '' ? 'the test’s process ended without a word' : `a socket in a cgroup below ${root}: ${said}`
  return {
    hit: false,
    reason: `${outcome}; the programs did not see it: are they attached to this root, or is another program in front?`,
  }
}
