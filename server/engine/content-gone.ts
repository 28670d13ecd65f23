/** A text or package that a step needs is not in the store any more, or its file is gone. */
export class ContentGone extends Error {
  override name = 'ContentGone'
}
