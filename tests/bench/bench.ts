// Figures of the product's goals, as ratios: `npm run bench [live] [upload] [jobs] [sweep] [rolling]`, all without a word. Never a part of the tests.
import { benchJobs } from './bench-jobs'
import { benchLive } from './bench-live'
import { benchRolling } from './bench-rolling'
import { benchSweep } from './bench-sweep'
import { benchUpload } from './bench-upload'

const parts = { live: benchLive, upload: benchUpload, jobs: benchJobs, sweep: benchSweep, rolling: benchRolling }
const wanted = process.argv.slice(2)
for (const [name, run] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await run()
