/** Puts the focus on a field once it is on the page; opens what folds it away. */
export const focusOn = (field: string | undefined): void => {
  if (field === undefined) return
  const look = (left: number): void => {
    const found = document.getElementById(field)
    if (found) {
      const folded = found.closest('details')
      if (folded) folded.open = true
      found.focus()
    } else if (left > 0) requestAnimationFrame(() => look(left - 1))
  }
  requestAnimationFrame(() => look(30))
}
