import { type Dirent, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { bundles } from './bundles.ts'
import type { CpioFile } from './cpio.ts'

/** Large, and of no use to tests: compilers, linters, headers, what was built. */
const LEFT_OUT =
  /^(\.git|\.nx|\.cache|coverage|bpf\/build|(packages|apps)\/[^/]+\/dist|node_modules\/(nx|@nx|\.cache|typescript|@typescript|esbuild|@esbuild|oxlint|@oxlint.*|oxfmt|@oxfmt|node-linux-[^/]+\/(include|share|lib)))(\/|$)/

/** Whether a path of the project, a folder or a file, goes into a virtual machine. */
export function isTaken(path: string): boolean {
  return !LEFT_OUT.test(path)
}

/**
 * The project as it is now, below `folder` of an initial file system, with its Node and packages. Over 9p each small file
 * costs milliseconds, and old kernels read large ones page by page.
 */
export async function projectFiles(root: string, folder: string): Promise<CpioFile[]> {
  const bundled = new Map((await bundles(root)).map((file) => [file.path, file]))
  const others = walk(root, '').filter(({ path }) => !bundled.has(path))
  return [...others.map((found) => asFile(root, found)), ...bundled.values()].map((file) => ({
    ...file,
    path: join(folder, file.path),
  }))
}

function asFile(root: string, { path, entry }: Found): CpioFile {
  const from = join(root, path)
  if (entry.isSymbolicLink()) return { path, data: Buffer.from(readlinkSync(from)), kind: 'link' }
  return { path, data: readFileSync(from), ...(path.includes('/bin/') ? { kind: 'program' } : {}) }
}

interface Found {
  readonly path: string
  readonly entry: Dirent
}

function walk(root: string, folder: string): Found[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry): Found[] => {
    const path = join(folder, entry.name)
    if (!isTaken(path)) return []
    if (entry.isDirectory()) return walk(root, path)
    return entry.isFile() || entry.isSymbolicLink() ? [{ path, entry }] : []
  })
}
