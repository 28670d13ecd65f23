// Figures of the product's goals, as ratios: `npm run bench`. Never a part of the tests.
import { benchJobs } from './bench-jobs'

await benchJobs()
