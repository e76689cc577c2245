import { jiffiesPerSecond } from '@skep/datapath/clock'
import { readProgram } from './installed.ts'
import { programPin } from './pin.ts'
import { type DatapathTime, recordShift } from './settings.ts'
import type { InstancePaths } from '../instance/paths.ts'

/**
 * That of the program that is pinned: the times in the tables are by it, and a measurement on a machine whose time others
 * take may come to another frequency. Measured where nothing is pinned.
 */
export function datapathTime(paths: InstancePaths): DatapathTime {
  const pinned = readProgram(programPin(paths))
  if (pinned) return { jiffiesPerSecond: pinned.jiffiesPerSecond, recordShift: pinned.recordShift }
  const measured = jiffiesPerSecond()
  return { jiffiesPerSecond: measured, recordShift: recordShift(measured) }
}
