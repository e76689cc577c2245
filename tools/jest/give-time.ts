import type { Circus } from '@jest/types'

/** Multiplies the time-outs that a file's tests and hooks have of their own. */
export function giveTime(block: Circus.DescribeBlock, factor: number): void {
  for (const hook of block.hooks) if (hook.timeout != null) hook.timeout *= factor
  for (const child of block.children) {
    if (child.type === 'describeBlock') giveTime(child, factor)
    else if (child.timeout != null) child.timeout *= factor
  }
}
