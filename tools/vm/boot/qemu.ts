import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { kernelFolder, modulesFolder } from '../kernels/cache.ts'
import type { ChosenKernel } from '../kernels/choose.ts'
import { initramfs } from './initramfs.ts'

/** One boot of a virtual machine. */
export interface Boot {
  readonly kernel: ChosenKernel
  /** The project's folder: a copy of it is in its place. */
  readonly root: string
  /** A shell script, run by root in the machine with the host's root below it; `/run/job` is handed over. */
  readonly command: string
  /** What it finds in `/run/job`, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** A folder that it writes into, as `/run/kept`. */
  readonly kept: string
  readonly timeoutMs: number
  readonly cpus: number
  /** A line that the command wrote. */
  readonly onLine: (line: string) => void
}

/** What became of it. */
export interface Booted {
  /** The command's exit code; undefined when it did not come to its end. */
  readonly status: number | undefined
  /** Why not, with the kernel's last words. */
  readonly why?: string
  /** Reads what the command has left in `/run/job`; undefined if there is no such file. */
  readonly read: (name: string) => string | undefined
}

const MEMORY_MIB = 3072

/** Boots, runs the command, waits for the machine's end, and hands its files to `use` before they are gone. */
export async function boot<Result>(options: Boot, use: (booted: Booted) => Result): Promise<Result> {
  const job = mkdtempSync(join(tmpdir(), 'skep-vm-'))
  const remove = (): void => rmSync(job, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(job, name), text)
    copyFileSync(new URL('../guest/start.sh', import.meta.url), join(job, 'start'))
    writeFileSync(join(job, 'modules'), modulesFolder(options.kernel))
    writeFileSync(join(job, 'command'), options.command)
    writeFileSync(join(job, 'initrd'), await initramfs(options.kernel, options.root))
    const late = await run(qemuArguments(kernelFolder(options.kernel), job, options), options)
    const read = (name: string): string | undefined => readIfThere(join(job, name))
    const status = read('status')
    if (status !== undefined) return use({ status: Number(status), read })
    const why = late ?? `the machine went down; last on its console: ${lastWords(read('console') ?? '')}`
    return use({ status: undefined, why, read })
  } finally {
    process.off('exit', remove)
    remove()
  }
}

/**
 * No hardware acceleration: where this runs in a virtual machine itself, it may hang. One thread: with several, Node.js
 * faults now and then. Two serial lines, the kernel's console and what the command prints; three 9p exports, the host's
 * root, which cannot be written to, the job's folder, and what stays.
 */
export function qemuArguments(kernel: string, job: string, { cpus, kept }: Pick<Boot, 'cpus' | 'kept'>): string[] {
  const share = (id: string, path: string, options: string): string[] => [
    '-fsdev',
    `local,id=${id},path=${path},security_model=none,multidevs=remap${options}`,
    '-device',
    `virtio-9p-pci,fsdev=${id},mount_tag=${id}`,
  ]
  const machine = `tcg,thread=single,tb-size=512 -cpu Nehalem -smp ${cpus} -nodefaults -no-user-config -display none -no-reboot`
  return [
    '-accel',
    ...machine.split(' '),
    '-m',
    String(MEMORY_MIB),
    '-kernel',
    join(kernel, 'vmlinuz'),
    '-initrd',
    join(job, 'initrd'),
    '-append',
    'console=ttyS0 panic=-1 loglevel=4 mitigations=off init_on_alloc=0',
    '-serial',
    `file:${join(job, 'console')}`,
    '-serial',
    'stdio',
    ...share('host', '/', ',readonly=on'),
    ...share('job', job, ''),
    ...share('kept', kept, ''),
  ]
}

/** Runs QEMU to its end, at low priority. It dies with this process, however that ends. Says when it took too long. */
async function run(args: readonly string[], { timeoutMs, onLine }: Boot): Promise<string | undefined> {
  const command = ['--pdeathsig', 'KILL', 'nice', '-n', '10', 'qemu-system-x86_64', ...args]
  const child = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe'] })
  let late: string | undefined
  let errors = ''
  const timer = setTimeout(() => {
    late = `not at its end after ${Math.round(timeoutMs / 1000)} s`
    child.kill('SIGKILL')
  }, timeoutMs)
  createInterface({ input: child.stdout }).on('line', onLine)
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const code = await ended(child)
  clearTimeout(timer)
  return late ?? (code === 0 ? undefined : `QEMU failed: ${errors.trim().split('\n').at(-1) ?? ''}`)
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function lastWords(console: string): string {
  return console.trim().split('\n').slice(-3).join(' / ') || 'nothing'
}
