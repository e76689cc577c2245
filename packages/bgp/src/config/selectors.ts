import { list, mapping, strict, text, word } from '@skep/config-file'
import type { z } from 'zod'
import { operators, type Selector } from '../rib/selector.ts'
import { label } from './fields.ts'

const labels = mapping('labels', label).optional()
const expression = strict('an expression', {
  key: text('a label', 'kubernetes.io/hostname'),
  operator: word(operators),
  values: list('values', label).optional(),
})
const expressions = list('expressions', expression).optional()

/** As Kubernetes has it. */
export const selector: z.ZodType<Selector> = strict<Selector>('a selector', {
  matchLabels: labels,
  matchExpressions: expressions,
})

/** As MetalLB's ConfigMap has it. */
export const metallbSelector: z.ZodType<Selector> = strict('a selector', {
  'match-labels': labels,
  'match-expressions': expressions,
}).transform((one) => ({ matchLabels: one['match-labels'], matchExpressions: one['match-expressions'] }))
