/** A file, or a symbolic link, of an initial file system. Folders are made for it. */
export interface CpioFile {
  /** Below `/`, without it. */
  readonly path: string
  /** What is in the file, or where the link points. */
  readonly data: Uint8Array
  /** Left out: a plain file. */
  readonly kind?: 'program' | 'link'
}

const FOLDER = 0o040_755
const FILE = 0o100_644
const MODES: Readonly<Record<NonNullable<CpioFile['kind']>, number>> = { program: 0o100_755, link: 0o120_777 }

/** An archive as the kernel unpacks it before its first process: cpio's "new ASCII" format (cpio(5)). */
export function cpio(files: readonly CpioFile[]): Buffer {
  const folders = [...new Set(files.flatMap(({ path }) => parents(path)))].toSorted()
  const entries = [
    ...folders.flatMap((path, index) => entry(path, FOLDER, index + 1)),
    ...files.flatMap(({ path, kind, data }, index) =>
      entry(path, kind === undefined ? FILE : MODES[kind], folders.length + index + 1, data),
    ),
    ...entry('TRAILER!!!', 0, 0),
  ]
  return Buffer.concat(entries)
}

function parents(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function entry(path: string, mode: number, inode: number, data: Uint8Array = new Uint8Array()): Uint8Array[] {
  const name = Buffer.from(`${path}\0`)
  // inode, mode, uid, gid, links, mtime, size, device, special device (major and minor each), length of the name, checksum
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0]
  const header = Buffer.from(`070701${fields.map((value) => value.toString(16).padStart(8, '0')).join('')}`)
  return [header, name, padding(header.length + name.length), data, padding(data.length)]
}

/** Everything begins at a multiple of four bytes. */
function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3)
}
