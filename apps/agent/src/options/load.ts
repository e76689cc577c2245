import { Refusal } from '@skep/config-file'
import type { Settings } from './catalogue/index.ts'
import { replacesAll, STRICT } from './contradictions.ts'
import { fromEnvironment, fromFlags, fromFolder, type Given } from './gather.ts'
import { OptionsError, type Resolved, resolve, standsAlone } from './resolve.ts'

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
    const sources = [fromFlags(argv, standsAlone), fromEnvironment(environment)]
    const folder = sources.flat().find(({ name }) => name === FOLDER)
    const files = folder === undefined ? [] : fromFolder(folder.text)
    return complete(resolve([...sources, files].map(withoutFolder)))
  } catch (error) {
    throw error instanceof Refusal ? new OptionsError([error.message]) : error
  }
}

function withoutFolder(given: readonly Given[]): Given[] {
  return given.filter(({ name }) => name !== FOLDER)
}

/** With all of kube-proxy's work asked for, what it consists of is on. */
function complete(resolved: Resolved): Resolved {
  const { settings, origins } = resolved
  const replacement = settings['kube-proxy-replacement']
  if (!replacesAll(replacement)) return resolved
  const on = Object.fromEntries(STRICT.map((name) => [name, true])) as Partial<Settings>
  const implied = STRICT.map((name) => [name, origins.get(name) ?? `kube-proxy-replacement=${replacement}`] as const)
  return { ...resolved, settings: { ...settings, ...on }, origins: new Map([...origins, ...implied]) }
}
