import { expect } from '@jest/globals'
import { needing, readmeSnippets, runSnippet } from '@skep/testbed'
import { clusterNeeds } from './index.ts'

const { test } = needing(...clusterNeeds)

const root = new URL('..', import.meta.url).pathname

for (const snippet of readmeSnippets(`${root}/README.md`))
  test('what the README shows runs', () => {
    expect(runSnippet(snippet, root)).toEqual({ lines: snippet.prints, stderr: '' })
  })
