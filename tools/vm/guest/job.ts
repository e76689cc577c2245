/** A file of tests to run. */
export interface TestFile {
  /** Its path. */
  readonly file: string
  /** What its results hold for: a sum over all that it reaches. */
  readonly sum: string
}

/** What there is to do with a kernel. */
export interface Work {
  /** BPF objects to load, by their paths. */
  readonly objects: readonly string[]
  /** What loads of them hold for. */
  readonly sum: string
  /** None: no tests. */
  readonly tests: readonly TestFile[]
}

/** What a virtual machine is asked to do. */
export interface Job extends Work {
  /** `6.1.176`: what comes of it is left in this folder of `KEPT`. */
  readonly version: string
}

/** How a program fared with a kernel's verifier. */
export interface ProgramLoad {
  /** `lb_xdp_capture/lb_xdp`: the object, then the program. */
  readonly program: string
  /** Instructions that the verifier read; 0 where the kernel does not tell (before 5.16). */
  readonly instructions: number
  /** The verifier's one line, of a program that it refused. */
  readonly refused?: string
}

/** How a test fared. */
export interface TestResult {
  /** `packages/datapath/src/dsr.test.ts` */
  readonly file: string
  /** Its full name; empty for the file as a whole, which did not run or left something behind. */
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** What was wrong, of one that failed. */
  readonly message: string
}

/** What skipped tests need, and why it is missing; null for what is there. */
export type Needs = Readonly<Record<string, string | null>>

/** What a kernel answers: as a whole, or in pieces, one for the programs and one for each file of tests. */
export interface JobResult {
  readonly loads: readonly ProgramLoad[]
  readonly tests: readonly TestResult[]
  readonly needs: Needs
}

/** A piece of it, kept from the moment that it is there. */
export interface Piece extends JobResult {
  readonly sum: string
  readonly seconds: number
}

/** Where the job is handed over, in the virtual machine. */
export const JOB_FILE = '/run/job/job.json'

/** In the virtual machine, the host's folder of what stays. */
export const KEPT = '/run/kept'

/** The name of the piece of a file of tests, or of all programs. */
export function pieceName(file?: string): string {
  return `${file?.replaceAll('/', '+') ?? 'programs'}.json`
}
