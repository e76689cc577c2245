import { globSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { build, type BuildOptions, type OutputFile, stop } from 'esbuild'
import { ownMeta } from '../../bundle/own-meta.ts'
import type { CpioFile } from './cpio.ts'

/** Where programs and threads start. */
const STARTS = '{apps,packages}/*/src/**/{main,thread}.ts'

/**
 * Programs and threads of the project, each with all that it imports in one file beside it, and in its own place a line that
 * imports that one: emulated, a module costs ten milliseconds to find and to link, and a load balancer has hundreds.
 */
export async function bundles(root: string): Promise<CpioFile[]> {
  const starts = globSync(STARTS, { cwd: root })
  const outputFiles = await built({
    entryPoints: starts,
    absWorkingDir: root,
    outdir: root,
    outbase: root,
    outExtension: { '.js': '.bundle.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@skep/source'],
    logLevel: 'error',
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)`,
    },
    plugins: [ownMeta(root, (file) => JSON.stringify(pathToFileURL(file).href))],
  })
  const whole = outputFiles.map(({ path, contents }) => ({ path, data: Buffer.from(contents) }))
  return [...whole.map(({ path, data }) => ({ path: path.slice(root.length + 1), data })), ...starts.map(stub)]
}

let building = 0

/** What esbuild makes. Its process ends with the last that is made: several kernels may be tried at a time. */
async function built(options: BuildOptions): Promise<readonly OutputFile[]> {
  building++
  try {
    return (await build({ ...options, write: false })).outputFiles
  } finally {
    if (--building === 0) await stop()
  }
}

function stub(path: string): CpioFile {
  return { path, data: Buffer.from(`import './${path.replace(/^.*\//, '').replace(/\.ts$/, '.bundle.mjs')}'\n`) }
}
