import { checkProblems, checkWords } from './check'
import { deployWords } from './deploy'
import { dmctlProblemWords, dmctlWords } from './dmctl'
import { editProblems, editWords, reloadProblems } from './edit'
import { engineProblems, engineWords } from './engine'
import { errandsProblems } from './errands'
import { execProblems, execWords } from './exec'
import { filesProblems, filesWords } from './files'
import { jobWords } from './job'
import { lifeProblems, lifeWords } from './life'
import { notifyProblems, notifyWords } from './notify'
import { operationProblems, operationWords } from './operations'
import { packagesProblems } from './packages'
import { ledgerProblems, patchProblems, patchWords } from './patch'
import { platformProblems, platformWords } from './platform'
import { remoteProblems, remoteWords } from './remote'
import { rollingProblems, rollingWords } from './rolling'
import { rotateProblems, rotateWords } from './rotate'
import { scaleProblems, scaleWords } from './scale'
import { stepWords } from './steps'
import { tiupProblems, tiupWords } from './tiup'
import { topologyProblems } from './topology'
import { uiWords } from './ui'
import { upgradeProblems, upgradeWords } from './upgrade'
import { usecasesProblems } from './usecases'
import { fill, inLanguage, type Language, type Pair, type ProblemWords, type Words } from './words'

/** All areas. Codes have the area's name in front, so none can hide another's. */
const problems: Readonly<Record<string, ProblemWords>> = {
  ...platformProblems,
  ...topologyProblems,
  ...operationProblems,
  ...checkProblems,
  ...rollingProblems,
  ...scaleProblems,
  ...editProblems,
  ...reloadProblems,
  ...lifeProblems,
  ...tiupProblems,
  ...execProblems,
  ...dmctlProblemWords,
  ...filesProblems,
  ...rotateProblems,
  ...patchProblems,
  ...upgradeProblems,
  ...ledgerProblems,
  ...engineProblems,
  ...remoteProblems,
  ...usecasesProblems,
  ...errandsProblems,
  ...packagesProblems,
  ...notifyProblems,
}
const words: Readonly<Record<string, Pair>> = {
  ...platformWords,
  ...operationWords,
  ...checkWords,
  ...rollingWords,
  ...scaleWords,
  ...editWords,
  ...lifeWords,
  ...tiupWords,
  ...execWords,
  ...dmctlWords,
  ...filesWords,
  ...rotateWords,
  ...patchWords,
  ...upgradeWords,
  ...stepWords,
  ...engineWords,
  ...remoteWords,
  ...jobWords,
  ...deployWords,
  ...notifyWords,
  ...uiWords,
}

/** Every problem code that has words. */
export const problemCodes: readonly string[] = Object.keys(problems)

/** Message and hint of a problem. An unknown code is shown as it is, so that it is seen. */
export const problemText = (
  problem: { code: string; params: Readonly<Record<string, string | number>> },
  language: Language,
): { message: string; hint: string } => {
  const entry = problems[problem.code]
  if (!entry) return { message: problem.code, hint: '' }
  return {
    message: fill(inLanguage(entry.message, language), problem.params),
    hint: fill(inLanguage(entry.hint, language), problem.params),
  }
}

/** The sentence of a word, filled. An unknown word is shown as it is. */
export const wordsText = (phrase: Words, language: Language): string => {
  const pair = words[phrase.word]
  return pair ? fill(inLanguage(pair, language), phrase.params) : phrase.word
}
