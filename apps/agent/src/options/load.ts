import { Refusal } from '@skep/config-file'
import { fromEnvironment, fromFlags, fromFolder, type Given } from './gather.ts'
import { OptionsError, type Resolved, resolve, bareOf } from './resolve.ts'

const FOLDER = 'config-dir'

/**
 * Options from flags, else the environment, else the files below `--config-dir`, else the default. Throws
 * {@link OptionsError}.
 */
export function loadOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Resolved {
  try {
    const sources = [fromFlags(argv, bareOf), fromEnvironment(environment)]
    const folder = sources.flat().find(({ name }) => name === FOLDER)
    const files = folder === undefined ? [] : fromFolder(folder.text)
    return resolve([...sources, files].map(withoutFolder))
  } catch (error) {
    throw error instanceof Refusal ? new OptionsError([error.message]) : error
  }
}

function withoutFolder(given: readonly Given[]): Given[] {
  return given.filter(({ name }) => name !== FOLDER)
}
