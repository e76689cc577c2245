import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigError } from '@skep/config-file'
import { nameOf, readConfigText } from '../../config/load.ts'
import { instancePaths } from '../../instance/paths.ts'
import { ApiError, askApi } from '../api.ts'
import type { ApplyFlags } from '../apply.ts'

interface Applied {
  readonly diff: readonly string[]
  readonly done: readonly string[]
}

/** `skep-lb apply` */
export async function apply(flags: ApplyFlags): Promise<void> {
  const { diff, done } = await put(flags)
  for (const line of [...diff, ...done]) console.log(line)
  const what = flags.dryRun === true ? 'would be applied' : 'applied'
  console.log(
    diff.length === 0
      ? 'nothing has changed'
      : `${what}: ${diff.length} ${diff.length === 1 ? 'difference' : 'differences'}`,
  )
}

async function put({ file, dryRun, ...instance }: ApplyFlags): Promise<Applied> {
  const body = file === '-' ? readFileSync(0, 'utf8') : readConfigText(file)
  const path = `/v1/config${dryRun === true ? '?dryRun=true' : ''}`
  try {
    return await askApi<Applied>(instancePaths(instance), { method: 'PUT', path, body })
  } catch (error) {
    throw error instanceof ApiError ? located(error, file === '-' ? 'standard input' : nameOf(resolve(file))) : error
  }
}

/** The places are those of the file that was sent. */
function located(error: ApiError, name: string): Error {
  const { errors = [] } = error.problem
  if (errors.length === 0) return error
  return new ConfigError(
    errors.map(({ place, message }) => {
      const [, line, column] = /:(\d+):(\d+)$/.exec(place) ?? []
      return { file: name, line: Number(line ?? 1), column: Number(column ?? 1), path: '', message }
    }),
  )
}
