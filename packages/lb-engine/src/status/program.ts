import { existsSync } from 'node:fs'
import { Program } from 'libbpf-ts'
import { programPin } from '../datapath/pin.ts'
import type { InstancePaths } from '../instance/paths.ts'
import type { ProgramStatus } from './types.ts'

/** The pinned program; `null` where none is. */
export function readProgramStatus(paths: InstancePaths): ProgramStatus | null {
  if (!existsSync(programPin(paths))) return null
  using program = Program.open(programPin(paths))
  const { id, tag, runCount, runTimeNs } = program.info()
  const runs = Number(runCount)
  return { id, tag, runs, runTimeNs: Number(runTimeNs), nsPerPacket: runs === 0 ? null : Number(runTimeNs) / runs }
}
