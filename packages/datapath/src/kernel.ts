import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { probe } from 'libbpf-ts'

/** What a kernel lacks of what the programs ask for, and what they do in its place. */
export interface Lack {
  readonly needs: string
  /** The first kernel that has it. */
  readonly since: string
  readonly instead: string
}

/** Both came with one release; the objects for kernels before it do without either. */
const OLD: readonly Lack[] = [
  {
    needs: 'compare-and-swap',
    since: '5.12',
    instead: 'one lock for all processors, where connections open, close and are recorded',
  },
  {
    needs: 'MTU from a route lookup',
    since: '5.12',
    instead: 'trying which length fits; at tc, where that cannot be tried, what every link takes',
  },
]

let lacking: readonly Lack[] | undefined

/** What this kernel lacks, found out by trying, once; nothing where that cannot be found out. Needs CAP_BPF. */
export function lacksOfKernel(): readonly Lack[] {
  return (lacking ??= probe.feature('compare-and-swap').supported === false ? OLD : [])
}

/** The file of an object that this kernel takes, where there are two. `name`: as `lb_xdp`. */
export function objectFor(name: string): string {
  const old = fileIn('../objects/old', name)
  return existsSync(old) && lacksOfKernel() === OLD ? old : fileIn('../objects', name)
}

function fileIn(folder: string, name: string): string {
  return fileURLToPath(new URL(`${folder}/${name}.bpf.o`, import.meta.url))
}
