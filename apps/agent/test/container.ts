import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mounts } from './manifest.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

/**
 * What a container runtime does, as far as it matters here, in a mount namespace of its own: a root with the programs of this
 * machine that is only read, kernel settings that are only read, and what the manifest mounts. `$0`: the folder of the
 * container's own files. Words after it are carried out inside.
 */
export function enterContainer(folder: string): string {
  for (const one of ['root', 'run/skep', 'etc', 'work', 'tmp']) mkdirSync(join(folder, one), { recursive: true })
  const volumes = mounts().map(({ name, mountPath, readOnly, hostPath }) => {
    const source = name === 'run' || hostPath === undefined ? own(folder, name) : hostPath
    return bind(source, mountPath, readOnly === true)
  })
  return [
    'set -eu',
    'root=$0/root',
    'mount -t tmpfs none "$root"',
    'for one in $(ls -A /); do',
    '  if [ -L "/$one" ]; then cp -a "/$one" "$root/"; continue; fi',
    '  [ -d "/$one" ] || continue',
    '  mkdir "$root/$one"',
    '  case $one in run|tmp|etc) ;; *) mount --rbind "/$one" "$root/$one" ;; esac',
    'done',
    'mount --bind "$0/run" "$root/run"',
    'mount -t overlay none -o "lowerdir=/etc,upperdir=$0/etc,workdir=$0/work" "$root/etc"',
    bind('/proc/sys', '/proc/sys', true),
    ...volumes,
    // A checkout below /tmp, which the container has its own of.
    `[ -e "$root${project}/package.json" ] || { mkdir -p "$root${project}"; mount --rbind '${project}' "$root${project}"; }`,
    'mount -o remount,ro,bind "$root"',
    'exec chroot "$root" "$@"',
  ].join('\n')
}

/** Where a volume lies that is nothing of the host's; what is below /run/skep there is the agent's own state. */
export function own(folder: string, name: string): string {
  const path = name === 'run' ? join(folder, 'run/skep') : join(folder, 'volumes', name)
  mkdirSync(path, { recursive: true })
  return path
}

function bind(source: string, path: string, readOnly: boolean): string {
  const there = `"$root${path}"`
  const lines = [`mkdir -p ${there}`, `mount --rbind '${source}' ${there}`]
  return [...lines, ...(readOnly ? [`mount -o remount,ro,bind ${there}`] : [])].join(' && ')
}
