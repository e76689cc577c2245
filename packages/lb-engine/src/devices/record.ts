import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstancePaths } from '../instance/paths.ts'
import { writeFileAtomically } from '../instance/write.ts'
import type { Attachment } from './attach.ts'

/** How devices came to their mode, by name. The kernel knows the mode, but not why. */
export function readAttachments(paths: InstancePaths): Readonly<Record<string, Attachment>> {
  const file = fileOf(paths)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Attachment>) : {}
}

/** Devices that are asked for and have no program, with the reason. */
export function readAbsent(paths: InstancePaths): readonly Attachment[] {
  const file = absentFile(paths)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Attachment[]) : []
}

/** Replaces the record of {@link readAbsent}. */
export function writeAbsent(paths: InstancePaths, absent: readonly Attachment[]): void {
  const text = JSON.stringify(absent)
  if (text !== JSON.stringify(readAbsent(paths))) writeFileAtomically(absentFile(paths), text)
}

/** Adds to the record. A device whose link was only updated keeps its reason. */
export function writeAttachments(paths: InstancePaths, attached: readonly Attachment[]): void {
  if (attached.length === 0) return
  const before = readAttachments(paths)
  const entries = attached.map((made) => [made.device, { ...before[made.device], ...made }])
  writeFileAtomically(fileOf(paths), JSON.stringify({ ...before, ...Object.fromEntries(entries) }))
}

function absentFile(paths: InstancePaths): string {
  return join(paths.run, 'absent-devices.json')
}

function fileOf(paths: InstancePaths): string {
  return join(paths.run, 'devices.json')
}
