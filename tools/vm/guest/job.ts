/** What a virtual machine is asked to do. */
export interface Job {
  /** BPF objects to load, by their paths. */
  readonly objects: readonly string[]
  /** Test files, by their paths; none: no tests. */
  readonly tests: readonly string[]
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

/** What a virtual machine answers. */
export interface JobResult {
  readonly loads: readonly ProgramLoad[]
  readonly tests: readonly TestResult[]
  /** What skipped tests need, and why it is missing; null for what is there. */
  readonly needs: Readonly<Record<string, string | null>>
}

/** Where job and answer are handed over, in the virtual machine. */
export const JOB_FILE = '/run/job/job.json'
export const RESULT_FILE = '/run/job/result.json'
