/** A mount of cgroups, as `/proc/<pid>/mountinfo` shows it. */
export interface CgroupMount {
  readonly version: 1 | 2
  /** The folder that it is mounted at. */
  readonly point: string
  /**
   * Which cgroup lies there, as the reader's cgroup namespace calls it: `/` is the namespace's own root, `/../..` one
   * above it. Linux 4.7.
   */
  readonly root: string
  /** v1: its controllers, or the name of one without. */
  readonly controllers: readonly string[]
}

/** Reads the mounts of cgroups out of a mountinfo file. What is mounted over is left out: the last one at a folder counts. */
export function parseMounts(mountinfo: string): CgroupMount[] {
  const byPoint = new Map<string, CgroupMount>()
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root = '', point = ''] = before.split(' ').map(unescape)
    const [type, , options = ''] = after.split(' ')
    byPoint.delete(point)
    if (type === 'cgroup2') byPoint.set(point, { version: 2, point, root, controllers: [] })
    if (type === 'cgroup') byPoint.set(point, { version: 1, point, root, controllers: controllersIn(options) })
  }
  return [...byPoint.values()]
}

/** Spaces and the like stand as \040. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

function controllersIn(options: string): string[] {
  return options.split(',').filter((option) => option !== 'rw' && option !== 'ro' && option !== 'xattr')
}

/** How this host has its cgroups: v2 alone, v2 beside v1, v1 alone, or none that is mounted here. */
export type CgroupMode = 'v2' | 'mixed' | 'v1' | 'none'

export function modeOf(mounts: readonly CgroupMount[]): CgroupMode {
  const versions = new Set(mounts.map(({ version }) => version))
  if (versions.has(2)) return versions.has(1) ? 'mixed' : 'v2'
  return versions.has(1) ? 'v1' : 'none'
}
