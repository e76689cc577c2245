import { addressTrouble, parseWords } from './address.ts'
import type { Problem } from './error.ts'
import type { Family } from './layout.ts'
import type { Backend } from './service.ts'

const WEIGHT_MAX = 255

type List = 'frontends' | 'backends'

/** What is wrong with plain services, each with its place; and the checks of single fields. */
export class DesiredProblems {
  readonly all: Problem[] = []
  /** Which service the next ones are about. */
  service = 0

  /** Reads an address into words in map order, or notes what is wrong with it. */
  readAddress(text: string, out: Uint32Array, at: number, list: List, index: number): Family | undefined {
    const family = typeof text === 'string' ? parseWords(text, out, at) : undefined
    if (family === undefined) {
      this.note({ path: this.path(list, index, 'address'), message: addressTrouble(text) })
    }
    return family
  }

  /** Whether it is a port; else that is noted. `least`: 0 where any port may be meant. */
  checkPort(port: number, least: 0 | 1, list: List, index: number): boolean {
    const fits = Number.isInteger(port) && port >= least && port <= 0xffff
    const any = least === 0 ? ' (0: any port)' : ''
    if (!fits) this.wrongIn(list, index, 'port', port, `must be a whole number from ${least} to 65535${any}`)
    return fits
  }

  /** Whether everything of a backend but its address and port is right; else the first that is not is noted. */
  checkRest(backend: Backend, index: number): boolean {
    const trouble = restTrouble(backend)
    if (trouble) this.wrongIn('backends', index, trouble.field, backend[trouble.field], trouble.message)
    return trouble === undefined
  }

  note(problem: Problem): void {
    this.all.push(problem)
  }

  wrong(field: string, value: unknown, message: string): void {
    this.note({ path: `services[${this.service}].${field}`, message: `${JSON.stringify(value)} ${message}` })
  }

  wrongIn(list: List, index: number, field: string, value: unknown, message: string): void {
    this.note({ path: this.path(list, index, field), message: `${JSON.stringify(value)} ${message}` })
  }

  path(list: List, index: number, field?: string): string {
    return this.pathIn(this.service, list, index, field)
  }

  pathIn(service: number, list: List, index: number, field?: string): string {
    return `services[${service}].${list}[${index}]${field === undefined ? '' : `.${field}`}`
  }
}

interface RestTrouble {
  readonly field: 'weight' | 'state' | 'addedAt' | 'drainingSince'
  readonly message: string
}

function restTrouble({ weight, state, addedAt, drainingSince }: Backend): RestTrouble | undefined {
  if (weight !== undefined && !(Number.isInteger(weight) && weight >= 0 && weight <= WEIGHT_MAX))
    return { field: 'weight', message: `must be a whole number from 0 (no new connections) to ${WEIGHT_MAX}` }
  if (state !== undefined && state !== 'active' && state !== 'failed' && state !== 'gone')
    return { field: 'state', message: "is not known; use 'active', 'failed' or 'gone'" }
  if (!isTime(addedAt)) return { field: 'addedAt', message: NO_TIME }
  return isTime(drainingSince) ? undefined : { field: 'drainingSince', message: NO_TIME }
}

const NO_TIME = 'must be a time, in seconds since 1970'

function isTime(time: number | undefined): boolean {
  return time === undefined || (Number.isFinite(time) && time >= 0)
}
