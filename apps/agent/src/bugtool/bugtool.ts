import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, type WriteStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { askAgent } from '../cli/ask.ts'
import { loadOptions } from '../options/load.ts'
import { OptionsError } from '../options/resolve.ts'
import type { Settings } from '../options/catalogue/index.ts'
import { type ConfigDocument, configDocument } from '../options/explain.ts'
import { pinsOf } from '../sockets/sockets.ts'
import { askedItems } from './asked.ts'
import { collect, type Collected, logName } from './collect.ts'
import { hostItems } from './host.ts'
import { type Item, pretty } from './item.ts'
import { pinItems } from './pins.ts'

export interface BugtoolOptions {
  /** Where the running agent answers. */
  readonly socket: string
  /** The archive; `-`: standard output. */
  readonly output: string
  /** Files with what the agent has logged. */
  readonly logs: readonly string[]
  /** The options that it would be started with, for when none runs. */
  readonly argv: readonly string[]
}

/** Collects what somebody who helps needs to see into one .tar.gz, whether an agent runs or not. */
export async function bugtool({ socket, output, logs, argv }: BugtoolOptions): Promise<readonly Collected[]> {
  const root = mkdtempSync(join(tmpdir(), 'skep-bugtool-'))
  try {
    const folder = join(root, 'skep-agent-bugtool')
    mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o700 })
    const { 'bpf-root': bpfRoot, 'bgp-config-path': bgpConfig } = await places(socket, argv)
    const items = [
      ...askedItems(socket),
      given(argv),
      bgp(bgpConfig),
      ...pinItems(pinsOf({ 'bpf-root': bpfRoot })),
      ...hostItems(),
      ...logItems(logs),
    ]
    const collected = await collect(folder, items)
    await pack(root, output)
    return collected
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** `skep-agent-bugtool-20260131T120000Z.tar.gz` */
export function archiveName(now: Date): string {
  return `skep-agent-bugtool-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.tar.gz`
}

function given(argv: readonly string[]): Item {
  return {
    file: 'config-given.json',
    about: 'the options as they are given here, by flags, environment and --config-dir: what the next start would have',
    read: () => pretty(configDocument(loadOptions(argv, process.env))),
  }
}

function logItems(logs: readonly string[]): Item[] {
  return logs.map((path, i) => ({
    file: logName(path, i + 1),
    about: `the end of ${path}`,
    read: () => readFileSync(path, 'utf8'),
  }))
}

function bgp(path: string): Item {
  return { file: 'bgp-config.yaml', about: `peers and pools: ${path}`, read: () => readFileSync(path, 'utf8') }
}

type Places = Pick<Settings, 'bpf-root' | 'bgp-config-path'>

/** As the running agent has them; else as one would that is started with these options. */
async function places(socket: string, argv: readonly string[]): Promise<Places> {
  try {
    const { options } = JSON.parse(await askAgent(socket, '/config')) as ConfigDocument
    const value = (wanted: keyof Places): string => options.find(({ name }) => name === wanted)!.value
    return { 'bpf-root': value('bpf-root'), 'bgp-config-path': value('bgp-config-path') }
  } catch {
    return withoutAgent(argv)
  }
}

/** Options that are refused are told of in their own item. */
function withoutAgent(argv: readonly string[]): Places {
  try {
    return loadOptions(argv, process.env).settings
  } catch {
    return loadOptions([], {}).settings
  }
}

async function pack(root: string, output: string): Promise<void> {
  const tar = spawn('tar', ['-C', root, '-cz', 'skep-agent-bugtool'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(tar, 'exit')
  if (output === '-') await pipeline(tar.stdout, process.stdout, { end: false })
  else await pipeline(tar.stdout, await opened(output))
  const [code] = (await ended) as [number | null]
  if (code !== 0) throw new Error(`tar ended with code ${code}; it says why above`)
}

async function opened(output: string): Promise<WriteStream> {
  const file = createWriteStream(output, { mode: 0o600 })
  try {
    await once(file, 'open')
    return file
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new OptionsError([`--output: ${output} cannot be written (${code}); name a file in a folder that is there`])
  }
}
