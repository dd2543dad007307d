/**
 * Buttons beside a client, which leave it the keyboard.
 *
 * @module
 */

/**
 * Handles `mousedown`: the keys go on to the client after a click on a button or a link. One that took
 * the focus would take Enter and Space as well.
 */
export function keepFocus(event: MouseEvent): void {
  if ((event.target as Element).closest("button,a") !== null) event.preventDefault();
}
