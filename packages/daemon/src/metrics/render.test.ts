import { expect, test } from '@jest/globals'
import { single } from './family.ts'
import { renderMetrics } from './render.ts'

test('families in Prometheus’ text format; one without series is left out', async () => {
  const text = await renderMetrics([
    single('skep_up', 'gauge', 'Whether it is.', 1),
    { name: 'skep_none', type: 'gauge', help: 'Nobody.', samples: [] },
    {
      name: 'skep_errors_total',
      type: 'counter',
      help: 'What went wrong.',
      samples: [{ labels: { peer: 'tor-1', error: 'it says "bye"' }, value: 2 }],
    },
  ])
  expect(text.split('\n').filter((line) => line !== '')).toEqual([
    '# HELP skep_up Whether it is.',
    '# TYPE skep_up gauge',
    'skep_up 1',
    '# HELP skep_errors_total What went wrong.',
    '# TYPE skep_errors_total counter',
    String.raw`skep_errors_total{peer="tor-1",error="it says \"bye\""} 2`,
  ])
})
