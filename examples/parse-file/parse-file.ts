import { readFileSync } from 'node:fs'
import { parseToolCalls } from '@tooldelta/core'

const [file = 'answer.txt', format = 'qwen3_coder'] = process.argv.slice(2)
const message = parseToolCalls(readFileSync(file, 'utf8'), { format })

if (message.content !== null) console.log(message.content)
for (const call of message.toolCalls) console.log(`${call.status}: ${call.function.name} ${call.function.arguments}`)
for (const remark of message.diagnostics) console.error(`${remark.code} at ${remark.offset}: ${remark.message}`)
