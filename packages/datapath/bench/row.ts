import type { Program } from 'libbpf-ts'
import type { Load } from './load.ts'
import { type Rig, type Run, undisturbed, type Wrapper } from './rig.ts'
import type { Sample } from './sample.ts'

/** A row of the table: what is run, through which wrapper, and what every packet of it must come to. */
export interface Row {
  /** `mode/family/what/flows`. */
  readonly name: string
  readonly program: Program
  readonly wrapper: Wrapper
  readonly load: Load
  readonly packets: number
  /** Bytes of the packet afterwards. Default: as it was. */
  readonly length?: number
  /** The device that packets come in by. Default: the rig's. */
  readonly ingressIfindex?: number
  /** XDP's action for each packet. */
  readonly action: number
  /** Before each sample. */
  readonly before?: () => void
  /** Does the run, and throws unless so many packets, and no others, came to what the row is about. */
  readonly counted: (packets: number, run: () => void) => void
}

/** Measures a row once, its floors beside it. `round`: another part of the flows in each. */
export function sample(rig: Rig, row: Row, round: number): Sample {
  return undisturbed(() => {
    const { wrapper, load, packets } = row
    const drop = rig.program('drop')
    rig.prepare(load, round * packets)
    row.before?.()
    const wrapperOnly = rig.wrapped(wrapper, drop, load, packets).nanoseconds
    const raw = run(rig, row, round)
    const floor = rig.alone(drop, load.packet, packets).nanoseconds
    const grows = wrapper.startsWith('shrink')
    const adjust = grows ? rig.alone(rig.program('adjust'), load.packet, packets).nanoseconds : floor
    return { raw, wrapper: wrapperOnly, drop: floor, shrink: (adjust - floor) / 2 }
  })
}

function run(rig: Rig, { wrapper, program, load, packets, ingressIfindex, ...row }: Row, round: number): number {
  rig.prepare(load, round * packets)
  let ran!: Run
  row.counted(packets, () => (ran = rig.wrapped(wrapper, program, load, packets, ingressIfindex)))
  const expected = row.length ?? load.packet.length
  if (ran.action !== row.action || ran.length !== expected)
    throw new Error(`${row.name}: action ${ran.action}, ${ran.length} bytes; not ${row.action}, ${expected} bytes`)
  return ran.nanoseconds
}
