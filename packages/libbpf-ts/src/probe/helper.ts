import { chosen } from '../chosen.ts'
import { errnoName } from '../errno.ts'
import { addon } from '../sys/addon.ts'
import { AttachType } from '../sys/link.ts'
import { loadProgram } from '../sys/program.ts'
import { PROGRAM_TYPES, type ProgramType } from '../program/types.ts'
import type { ProbeAnswer } from './answer.ts'
import { HELPERS, type HelperName } from './helpers.ts'
import { assemble, calling } from './instructions.ts'

/** How verifiers of different ages say that a program may not call a helper. */
const REFUSALS = ['invalid func ', 'unknown func ', 'program of this type cannot use helper ']
/** The verifier has come to the call. */
const REACHED = '(85) call '
const LOG_SIZE = 1 << 14

/**
 * A program that calls the helper with nothing in its registers: the verifier complains of the arguments only when the
 * call itself is allowed. libbpf's own probe does not know what newer kernels say.
 */
export function probeHelper(type: ProgramType, helper: HelperName): ProbeAnswer {
  const { id, since } = chosen(HELPERS, helper, 'probe.helper', 'helper')
  const number = chosen(PROGRAM_TYPES, type, 'probe.helper', 'program type')
  const buffer = new Uint8Array(LOG_SIZE)
  const attachType = type === 'sk_lookup' ? AttachType.skLookup : undefined
  const fd = loadProgram({ type: number, attachType, instructions: assemble(calling(id)), log: buffer })
  if (fd >= 0) addon().close(fd)
  const log = Buffer.from(buffer.subarray(0, buffer.indexOf(0))).toString('latin1')
  if (REFUSALS.some((refusal) => log.includes(refusal))) return { supported: false, since }
  if (fd >= 0 || log.includes(REACHED)) return { supported: true }
  return { supported: 'unknown', why: `a program of type ${type} cannot be loaded for the probe: ${errnoName(fd)}` }
}
