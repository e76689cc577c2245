import { release } from 'node:os'
import { type Lack, lacksOfKernel } from '@skep/datapath'
import { probe } from 'libbpf-ts'
import { modeOfKernel } from '@skep/neighbor'
import { NetlinkError, openNetdev } from 'netlink-ts'

/** The kernel, as far as it matters here. */
export interface KernelStatus {
  readonly release: string
  /** What it lacks of what is asked for, and what is done in its place: found out by trying. */
  readonly lacks: readonly Lack[]
}

/** What can do without: `isMissing` tries it; what this process may not try is not said to be missing. */
interface Dispensable extends Lack {
  readonly isMissing: () => boolean
}

const dispensable: readonly Dispensable[] = [
  {
    needs: 'TCX',
    since: '6.6',
    instead: 'in mode tc, a filter of a clsact qdisc',
    isMissing: () => probe.feature('tcx').supported === false,
  },
  {
    needs: 'XDP features of devices',
    since: '6.3',
    instead: 'which devices XDP may redirect to goes by their kind',
    isMissing: lacksFeatures,
  },
  {
    needs: 'managed neighbours',
    since: '5.16',
    instead: 'next hops are asked for again every 30 s',
    isMissing: () => modeOfKernel() === 'use',
  },
]

let found: KernelStatus | undefined

/** Tried once a process. */
export function kernelStatus(): KernelStatus {
  return (found ??= {
    release: release(),
    lacks: [...dispensable.filter((one) => one.isMissing()), ...lacksOfKernel()].map(plain),
  })
}

/** What this kernel lacks of what the programs ask for, and what is done in its place, a sentence each. */
export function kernelNotes({ lacks }: Pick<KernelStatus, 'lacks'> = kernelStatus()): string[] {
  return lacks.map(
    ({ needs, since, instead }) => `this kernel has no ${needs}, which is in Linux ${since}; in its place: ${instead}`,
  )
}

function plain({ needs, since, instead }: Lack): Lack {
  return { needs, since, instead }
}

function lacksFeatures(): boolean {
  try {
    openNetdev()[Symbol.dispose]()
    return false
  } catch (error) {
    return error instanceof NetlinkError && error.code === 'NOT_SUPPORTED'
  }
}
