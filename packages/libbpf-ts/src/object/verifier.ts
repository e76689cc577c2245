import { BpfError, kernelRefusal, type BpfErrorDetails } from '../errors.ts'
import { errnoName } from '../errno.ts'
import { deviceName, type Device } from '../sys/device.ts'

/** One program's part of libbpf's messages. */
export interface ProgramLog {
  readonly program: string
  readonly reason: string
  /** The verifier's words, without libbpf's. */
  readonly log: string
}

const FAILED = /prog '([^']+)': BPF program load failed: (.*)/
const BLOCK = /-- BEGIN PROG LOAD LOG --\n([\s\S]*?)-- END PROG LOAD LOG --/

/** The program that was refused, of libbpf's messages; undefined when it was not a program. */
export function refusedProgram(log: string): ProgramLog | undefined {
  const failed = FAILED.exec(log)
  if (!failed) return undefined
  const [, program = '', reason = ''] = failed
  return { program, reason, log: BLOCK.exec(log)?.[1] ?? '' }
}

/** Lines that only say how far the verifier got, in what state, or how much work it was. */
const NOISE = [
  /^processed \d+ insns/,
  /^verification time/,
  /^stack depth/,
  /^max_states/,
  /^insns processed/,
  /^mark_precise/,
  /^\s*$/,
  /^(from \d+ to \d+|\d+): /,
  /^; /,
  /^(last_idx|regs=|parent |Func#|func#|caller:|callee:|frame\d|R\d+(_w)?=|fp-)/,
  /^(arg#\d+ reference type|Validating |0: R1=ctx)/,
]

/** Since Linux 7.3 the verifier explains in paragraphs, below what it always wrote, what it refused. */
const EXPLANATION = /^Verification failed: /m
const SUGGESTION = /^Suggestion:\n((?: {2}.*\n?)+)/m

/** The line of a verifier log that says what is wrong, with the source line and instruction it stands at. */
export function decisiveLine(log: string): string | undefined {
  const [findings = ''] = log.split(EXPLANATION, 1)
  const lines = findings.split('\n')
  const at = lines.findLastIndex((line) => !NOISE.some((noise) => noise.test(line)))
  if (at < 0) return undefined
  const before = lines.slice(0, at)
  const instruction = /^(\d+): \(/.exec(before.findLast((line) => /^\d+: \(/.test(line)) ?? '')?.[1]
  const source = before
    .findLast((line) => line.startsWith('; '))
    ?.slice(2)
    .replace(/ @ .*$/, '')
    .trim()
  const place = [instruction && `instruction ${instruction}`, source && `at "${source}"`].filter(Boolean).join(', ')
  return place ? `${lines[at]} (${place})` : lines[at]
}

/** What the kernel would do about it, in one line; since Linux 7.3. */
export function suggestion(log: string): string | undefined {
  return SUGGESTION.exec(log)?.[1]
    ?.trim()
    .split(/\s*\n\s*/)
    .join(' ')
    .replace(/\.$/, '')
}

/** What was to be loaded. */
interface Refused {
  readonly name: string
  /** The card that it was to run on. */
  readonly card?: Device | undefined
}

/** The error for an object that libbpf or the kernel refused to load. */
export function loadRefusal({ name: object, card }: Refused, status: number, log: string): BpfError {
  const refused = refusedProgram(log)
  const line = refused && decisiveLine(refused.log)
  if (refused && line)
    return new BpfError('VERIFIER', 'object.load', `program "${refused.program}" of "${object}": ${line}`, {
      errno: status,
      log,
      hint: [suggestion(refused.log), "the whole log is in this error's `log`"].filter(Boolean).join('; '),
    })
  const words = lastWords(log)
  const what = words ? `"${object}": ${words}` : `"${object}"`
  const section = UNKNOWN_SECTION.exec(log)?.[1]
  if (section !== undefined)
    return new BpfError('INVALID_OBJECT', 'object.load', what, { errno: status, log, hint: sectionHint(section) })
  if (errnoName(status).startsWith('LIBBPF_'))
    return new BpfError('INVALID_OBJECT', 'object.load', `${what}: ${errnoName(status)}`, { errno: status, log })
  return kernelRefusal('object.load', status, what, { log, ...offloadHint(card, status) })
}

const UNKNOWN_SECTION = /missing BPF prog type, check ELF section name '([^']+)'/

function sectionHint(section: string): string {
  return `the installed libbpf takes no type from SEC("${section}"); there are xdp, tc, tcx/ingress, cgroup/connect4, tracepoint/<category>/<name>, uprobe, sk_lookup and others`
}

/** The kernel calls a device that runs no BPF, and a map that a card cannot hold, invalid. */
function offloadHint(card: Device | undefined, status: number): BpfErrorDetails {
  if (!card || !['EINVAL', 'EOPNOTSUPP'].includes(errnoName(status))) return {}
  return {
    hint: `${deviceName(card)} must be a card that runs BPF itself; without offloadTo it is loaded for the kernel`,
  }
}

/** libbpf's first complaint is the cause; those after it follow from it. */
function lastWords(log: string): string | undefined {
  const line = log.split('\n').find((text) => text.startsWith('libbpf: ') && !text.includes('Retrying without BTF'))
  return line?.slice('libbpf: '.length).trim()
}
