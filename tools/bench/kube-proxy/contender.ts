import type { Node, Pod } from '@skep/kube-testenv'
import type { Caller } from './caller.ts'

/** What is in the kernel: rules that packets are compared with, elements of their sets included; programs at sockets. */
export interface InPlace {
  readonly rules: number
  readonly programs: number
}

/** Who serves Services on a node of its own. What it has put in place stays when its process ends. */
export interface Proxy extends AsyncDisposable {
  readonly name: string
  /** Starts it; resolves when it says that it has written everything. */
  start(): Promise<void>
  /** Of the process that runs. */
  readonly pid: number
  stop(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
  inPlace(): Promise<InPlace>
}

/** A proxy with the node that it is on, and who calls from a pod there. */
export interface Contender {
  readonly proxy: Proxy
  readonly node: Node
  readonly pod: Pod
  readonly caller: Caller
  /** Another one, for what goes on meanwhile. */
  readonly beside: Caller
}
