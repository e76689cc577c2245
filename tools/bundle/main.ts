// node tools/bundle/main.ts FOLDER: programs and threads of an assembled folder with all that they import, in a few files of
// FOLDER/bundle. What is in few files starts in a fraction of the time.
import { globSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { build } from 'esbuild'
import { ownMeta } from './own-meta.ts'

const root = resolve(process.argv[2] ?? '.')
const folder = join(root, 'bundle')
const starts = globSync('node_modules/{*,@skep/*}/dist/**/{main,thread}.js', { cwd: root })

await build({
  entryPoints: Object.fromEntries(starts.map((file) => [nameOf(file), join(root, file)])),
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  // What is loaded late stays in files of its own.
  splitting: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  keepNames: true,
  logLevel: 'error',
  banner: {
    js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)`,
  },
  plugins: [ownMeta(root, (file) => `new URL(${JSON.stringify(relative(folder, file))}, import.meta.url).href`)],
})

for (const file of starts) {
  const bundled = relative(dirname(join(root, file)), join(folder, `${nameOf(file)}.mjs`))
  writeFileSync(join(root, file), `import ${JSON.stringify(bundled)}\n`)
}

/** `agent-main`, `bfd-process-main` */
function nameOf(file: string): string {
  return file
    .replace(/^node_modules\/(@skep\/)?/, '')
    .replaceAll(/\/dist\/|\//g, '-')
    .replace(/\.js$/, '')
}
