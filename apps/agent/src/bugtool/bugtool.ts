import { spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** tar writes to the file itself: Node drops what a child has written that ends before somebody reads it. */
async function pack(root: string, output: string): Promise<void> {
  const file = output === '-' ? undefined : await opened(output)
  try {
    const stdio: StdioOptions = ['ignore', file?.fd ?? 'inherit', 'inherit']
    const tar = spawn('tar', ['-C', root, '-cz', 'skep-agent-bugtool'], { stdio })
    const [code] = (await once(tar, 'exit')) as [number | null]
    if (code !== 0) throw new Error(`tar ended with code ${code}; it says why above`)
  } finally {
    await file?.close()
  }
}

async function opened(output: string): Promise<FileHandle> {
  try {
    return await open(output, 'w', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new OptionsError([`--output: ${output} cannot be written (${code}); name a file in a folder that is there`])
  }
}
