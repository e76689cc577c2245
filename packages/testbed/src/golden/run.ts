import { format } from '@skep/packet'
import { TestbedError } from '../error.ts'
import { byteDiff } from './byte-diff.ts'
import type { Actions, GoldenProgram, GoldenRow } from './row.ts'

/**
 * Runs one row through the program, as `BPF_PROG_RUN` does. Throws {@link TestbedError} with both packets, as tcpdump
 * would print them, and the bytes that differ.
 */
export function runGoldenRow(program: GoldenProgram, row: GoldenRow<string>, actions: Actions): void {
  row.before?.()
  const sent = typeof row.packet === 'function' ? row.packet() : row.packet
  const context = row.context?.(sent)
  const found = program.testRun({ data: sent, ...(context ? { context } : {}) })
  const trouble = compare(row, sent, found.data, nameOf(found.returnValue, actions))
  if (trouble !== undefined) throw new TestbedError('GOLDEN_MISMATCH', row.name, trouble)
  row.after?.()
}

function compare(row: GoldenRow<string>, sent: Uint8Array, found: Uint8Array, action: string): string | undefined {
  const expected = expectedPacket(row, sent, found)
  const diff = expected === undefined ? '' : byteDiff(expected, found)
  if (action === row.expect.action && diff === '') return undefined
  return [
    `expected ${row.expect.action}, found ${action}`,
    `sent      ${format(sent)}`,
    ...(expected === undefined ? [] : [`expected  ${format(expected)}`]),
    `found     ${format(found)}`,
    ...(diff === '' ? [] : [diff]),
  ].join('\n')
}

function expectedPacket({ expect }: GoldenRow<string>, sent: Uint8Array, found: Uint8Array): Uint8Array | undefined {
  if (expect.packet === 'unchanged') return sent
  return typeof expect.packet === 'function' ? expect.packet(found) : expect.packet
}

/** Return values are unsigned; `TC_ACT_UNSPEC` is -1. */
function nameOf(value: number, actions: Actions): string {
  return Object.keys(actions).find((name) => actions[name] === (value | 0)) ?? String(value)
}
