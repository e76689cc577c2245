import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PodTc } from '@skep/datapath/pod-tc'
import type { Program } from 'libbpf-ts'
import {
  attachHook,
  detachHook,
  type Direction,
  type Hook,
  isAttached,
  lacksTcx,
  succeed,
  swapHook,
  type TcWay,
} from './hook.ts'

/** Answers are translated before anything is that they answer; and for as long. */
const DIRECTIONS: readonly Direction[] = ['egress', 'ingress']
const NAME = /^(\d+)-(ingress|egress)-(tcx|clsact)$/

/** The devices that the programs are on, noted by pins below a folder: they are found again after a kill. */
export class Devices {
  readonly #folder: string
  readonly #ways: readonly TcWay[]
  readonly #handle: number

  constructor(folder: string, ways: readonly TcWay[] = ['tcx', 'clsact']) {
    this.#folder = folder
    this.#ways = ways
    this.#handle = handleOf(folder)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  /** Attaches both programs, or swaps those that are there. Returns the way. Throws `BpfError` NOT_FOUND. */
  attach(ifindex: number, programs: PodTc['programs']): TcWay {
    let way: TcWay = this.#ways[0]!
    for (const direction of DIRECTIONS) way = this.#attachOne(ifindex, direction, programOf(programs, direction))
    return way
  }

  /** Takes the programs off; a connection that they translate breaks. */
  detach(ifindex: number): void {
    for (const hook of this.#hooks().toReversed()) if (hook.ifindex === ifindex) detachHook(hook)
  }

  /** Puts these programs in the place of those that are there, each in one step. Forgets devices that are gone. */
  adopt(programs: PodTc['programs'], directions: readonly Direction[] = DIRECTIONS): void {
    for (const hook of this.#hooks())
      if (directions.includes(hook.direction)) swapHook(hook, programOf(programs, hook.direction))
  }

  /** Shows services by these programs as well: what one of the two does not know passes it by, and the other knows. */
  attachBeside({ podEgress }: PodTc['programs']): void {
    for (const hook of this.#hooks()) {
      if (hook.direction !== 'egress' || !isAttached(hook)) continue
      const beside = besideOf(hook)
      if (!existsSync(beside.pin) || !swapHook(beside, podEgress)) attachHook(beside, podEgress)
    }
  }

  /** Those beside are the only ones from now on. */
  keepBeside({ podEgress }: PodTc['programs']): void {
    for (const hook of this.#hooks())
      if (hook.direction === 'egress' && existsSync(besideOf(hook).pin)) succeed(hook, besideOf(hook), podEgress)
  }

  /** Takes off what is beside. */
  detachBeside(): void {
    for (const hook of this.#hooks()) if (hook.direction === 'egress') detachHook(besideOf(hook))
  }

  /** Those that both programs are on. What is left of a device that is gone is forgotten. */
  attached(): number[] {
    const counts = new Map<number, number>()
    for (const hook of this.#hooks()) {
      if (isAttached(hook)) counts.set(hook.ifindex, (counts.get(hook.ifindex) ?? 0) + 1)
      else detachHook(hook)
    }
    return [...counts].filter(([, count]) => count === DIRECTIONS.length).map(([ifindex]) => ifindex)
  }

  #attachOne(ifindex: number, direction: Direction, program: Program): TcWay {
    for (const way of this.#ways) {
      const hook = this.#hook(ifindex, direction, way)
      if (existsSync(hook.pin) && swapHook(hook, program)) return way
    }
    const [first, second] = this.#ways
    try {
      attachHook(this.#hook(ifindex, direction, first!), program)
      return first!
    } catch (error) {
      if (second === undefined || !lacksTcx(error)) throw error
      attachHook(this.#hook(ifindex, direction, second), program)
      return second
    }
  }

  /** As they are pinned: those that show services first. */
  #hooks(): Hook[] {
    if (!existsSync(this.#folder)) return []
    return readdirSync(this.#folder)
      .toSorted()
      .flatMap((name) => {
        const [, ifindex, direction, way] = NAME.exec(name) ?? []
        return ifindex === undefined ? [] : [this.#hook(Number(ifindex), direction as Direction, way as TcWay)]
      })
  }

  #hook(ifindex: number, direction: Direction, way: TcWay): Hook {
    const pin = join(this.#folder, `${ifindex}-${direction}-${way}`)
    return { ifindex, direction, way, pin, handle: this.#handle }
  }
}

/** Another filter of the same device, for a while. */
function besideOf(hook: Hook): Hook {
  return { ...hook, pin: `${hook.pin}_beside`, handle: (hook.handle ^ 1) >>> 0 || 2 }
}

function programOf({ podIngress, podEgress }: PodTc['programs'], direction: Direction): Program {
  return direction === 'ingress' ? podIngress : podEgress
}

/** Of an instance's own (FNV-1a), so that several may stand on one device, and each finds its own again. */
function handleOf(folder: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(folder)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash || 1
}
