import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Archive } from './archive.ts'
import type { ChosenKernel } from './choose.ts'
import { isWanted } from './modules.ts'

const SUMS = 'sha256sums'

/** Where kernels are kept: outside the project, since they outlive it. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'skep/kernels')
}

/** Where one kernel is kept: `vmlinuz`, and its modules as `modules_install` would leave them. */
export function kernelFolder({ release, version }: ChosenKernel): string {
  return join(cacheFolder(), `${release}_${version}`)
}

/** `/lib/modules/<release>` of a kernel that is kept. */
export function modulesFolder(kernel: ChosenKernel): string {
  return join(kernelFolder(kernel), 'lib/modules', kernel.release)
}

/** Whether a kernel is kept, whole: each file is as it was when it was unpacked. */
export function isKept(kernel: ChosenKernel): boolean {
  const folder = kernelFolder(kernel)
  const sums = join(folder, SUMS)
  return existsSync(sums) && readFileSync(sums, 'utf8') === sumsOf(folder)
}

/** Fetches a kernel, compares its packages with the sums that the archive's signed lists have, and keeps what tests need. */
export function fetchKernel(archive: Archive, kernel: ChosenKernel): void {
  mkdirSync(cacheFolder(), { recursive: true })
  const work = mkdtempSync(join(cacheFolder(), 'unpacking-'))
  try {
    const [packages, unpacked, kept] = ['packages', 'unpacked', 'kept'].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ]
    for (const folder of [packages, unpacked, kept]) mkdirSync(folder)
    archive.download(kernel.packages, packages)
    checkPackages(packages, kernel)
    for (const file of globSync('*.deb', { cwd: packages }))
      execFileSync('dpkg', ['-x', join(packages, file), unpacked])
    keep(unpacked, kept, kernel.release)
    writeFileSync(join(kept, SUMS), sumsOf(kept))
    rmSync(kernelFolder(kernel), { recursive: true, force: true })
    renameSync(kept, kernelFolder(kernel))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function checkPackages(folder: string, { packages }: ChosenKernel): void {
  const got = new Set(globSync('*.deb', { cwd: folder }).map((file) => sha256(join(folder, file))))
  const wrong = packages.find((one) => !got.has(one.sha256))
  if (wrong) throw new Error(`${wrong.name} ${wrong.version} is not what the archive's lists say (its SHA-256 differs)`)
}

/** The compressed kernel and the modules for tests, not compressed, so that nothing slow has to unpack them. */
function keep(unpacked: string, kept: string, release: string): void {
  const modules = ['lib/modules', 'usr/lib/modules']
    .map((path) => join(unpacked, path, release))
    .find((path) => existsSync(path))
  const image = [join(unpacked, `boot/vmlinuz-${release}`), join(modules ?? '', 'vmlinuz')].find((path) =>
    existsSync(path),
  )
  if (modules === undefined || image === undefined)
    throw new Error(`the packages of ${release} hold no kernel where one was known to be`)
  const target = join(kept, 'lib/modules', release)
  for (const path of globSync('kernel/**/*.ko*', { cwd: modules }).filter((one) =>
    isWanted(one.slice('kernel/'.length)),
  ))
    copy(join(modules, path), join(target, path))
  for (const path of globSync('modules.*', { cwd: modules })) copy(join(modules, path), join(target, path))
  const compressed = globSync('kernel/**/*.ko.xz', { cwd: target })
  if (compressed.length > 0) execFileSync('xz', ['-d', ...compressed], { cwd: target })
  execFileSync('/sbin/depmod', ['-b', kept, release], { stdio: ['ignore', 'ignore', 'ignore'] })
  copy(image, join(kept, 'vmlinuz'))
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to)
}

/** A line per file, as `sha256sum` prints them. */
function sumsOf(folder: string): string {
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== SUMS)
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => `${sha256(path)}  ${relative(folder, path)}\n`)
    .join('')
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
