import { formats } from '@tooldelta/core'
import { createAnswerReader } from './read-answer.ts'

const answer = document.querySelector('textarea')!
const format = document.querySelector('select')!
const output = document.querySelector('pre')!

for (const { id } of formats) format.add(new Option(id))
format.addEventListener('change', readAnswer)
answer.addEventListener('input', readAnswer)
readAnswer()

function readAnswer(): void {
  const reader = createAnswerReader(format.value)
  reader.add(answer.value)
  output.textContent = JSON.stringify(reader.end(), null, 2)
}
