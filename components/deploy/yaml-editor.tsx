'use client'

import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { yaml } from '@codemirror/lang-yaml'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { Decoration, type DecorationSet, keymap, MatchDecorator, ViewPlugin } from '@codemirror/view'
import { basicSetup, EditorView } from 'codemirror'
import { useEffect, useRef } from 'react'
import { knownKeys } from '@/server/domain/topology/schema'

export type EditorProblem = { line: number; column: number; severity: 'error' | 'warning' | 'info'; message: string }

type Props = {
  value: string
  onChange: (text: string) => void
  label: string
  problems: readonly EditorProblem[]
  /** Moves the caret there when it changes. */
  goTo?: { line: number; at: number } | undefined
  onCaret?: (line: number) => void
}

/** The topology as text: YAML colours, completion of keys by the schema, problems in the gutter and under their words. */
export function YamlEditor({ value, onChange, label, problems, goTo, onCaret }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const handlers = useRef({ onChange, onCaret })
  handlers.current = { onChange, onCaret }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once and then keeps its own text
  useEffect(() => {
    if (!host.current) return
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          basicSetup,
          yaml(),
          lintGutter(),
          autocompletion({ override: [completeKey] }),
          look,
          colours,
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          // Tab leaves the editor, so that the keyboard is never trapped in it; Ctrl-] indents.
          keymap.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) handlers.current.onChange(update.state.doc.toString())
            if (update.selectionSet) handlers.current.onCaret?.(update.state.doc.lineAt(update.state.selection.main.head).number)
          }),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
  }, [])

  useEffect(() => {
    const editor = view.current
    const now = editor?.state.doc.toString()
    if (editor && now !== undefined && now !== value) editor.dispatch({ changes: { from: 0, to: now.length, insert: value } })
  }, [value])

  useEffect(() => {
    const editor = view.current
    if (editor)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          problems.map((problem) => diagnostic(editor.state, problem)),
        ),
      )
  }, [problems])

  useEffect(() => {
    const editor = view.current
    if (!editor || !goTo || goTo.line > editor.state.doc.lines) return
    const line = editor.state.doc.line(Math.max(1, goTo.line))
    editor.dispatch({ selection: { anchor: line.to }, effects: EditorView.scrollIntoView(line.from, { y: 'center' }) })
    editor.focus()
  }, [goTo])

  return <div ref={host} className="min-h-0 flex-1 overflow-auto bg-(--log-bg)" />
}

const diagnostic = (state: EditorState, problem: EditorProblem): Diagnostic => {
  const line = state.doc.line(Math.min(Math.max(1, problem.line), state.doc.lines))
  const from = Math.min(line.from + Math.max(0, problem.column - 1), line.to)
  return { from, to: Math.max(from, line.to), severity: problem.severity, message: problem.message }
}

/** Offers the keys that may stand where the caret is: the nearest less indented keys above it are its path. */
const completeKey = (context: CompletionContext): CompletionResult | null => {
  const word = context.matchBefore(/[\w-]*/)
  const line = context.state.doc.lineAt(context.pos)
  const before = line.text.slice(0, context.pos - line.from)
  if (!word || before.includes(':') || (word.from === word.to && !context.explicit)) return null
  const path = pathAbove(context.state, line.number, indentOf(before))
  return { from: word.from, options: knownKeys(path).map((key) => ({ label: key, type: 'property', apply: `${key}: ` })) }
}

const indentOf = (text: string): number => (/^[\s-]*/.exec(text)?.[0] ?? '').length

const pathAbove = (state: EditorState, from: number, indent: number): string[] => {
  const path: string[] = []
  let limit = indent
  for (let number = from - 1; number >= 1 && limit > 0; number--) {
    const text = state.doc.line(number).text
    const key = /^([\s-]*)([\w-]+):/.exec(text)
    if (!key || (key[1] ?? '').length >= limit) continue
    path.unshift(key[2] ?? '')
    limit = (key[1] ?? '').length
  }
  return path
}

/** Keys and comments in the panel's own colours: those of the library are too dark on a dark ground. */
const marked = (regexp: RegExp, name: string) => {
  const matcher = new MatchDecorator({ regexp, decoration: Decoration.mark({ class: name }) })
  return ViewPlugin.define<{ marks: DecorationSet; update(change: Parameters<MatchDecorator['updateDeco']>[0]): void }>(
    (view) => ({
      marks: matcher.createDeco(view),
      update(change) {
        this.marks = matcher.updateDeco(change, this.marks)
      },
    }),
    { decorations: (plugin) => plugin.marks },
  )
}
const colours = [marked(/(?<=^[\s-]*)[\w.-]+(?=:)/g, 'tk-key'), marked(/(?<=^|\s)#.*$/g, 'tk-comment')]

const look = EditorView.theme({
  '.cm-line span': { color: 'inherit !important' },
  '.cm-line .tk-key, .cm-line .tk-key *': { color: 'var(--ansi-blue) !important' },
  '.cm-line .tk-comment, .cm-line .tk-comment *': { color: 'var(--text-3) !important' },
  '&': { height: '100%', fontSize: '12px', backgroundColor: 'var(--log-bg)', color: 'var(--text)' },
  '.cm-content': { fontFamily: 'var(--font-mono)', caretColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--log-bg)', color: 'var(--text-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--bg-hover)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection': { backgroundColor: 'var(--bg-selected) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--bg-raised)', color: 'var(--text)', border: '1px solid var(--line-strong)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--bg-selected)', color: 'var(--text)' },
  '.cm-panels': { backgroundColor: 'var(--bg-subtle)', color: 'var(--text)' },
})
