import { bothWays } from '../../test/both-ways.ts'
import { bird } from '../../test/bird.ts'

bothWays({ name: 'BIRD', binary: 'bird', make: bird })
