/**
 * A document for code that makes `<style>` elements and `style` attributes, which the content security
 * policy of the page refuses: both become what a script may do, with the same effect.
 *
 * @module
 */

/** The document with other elements for `createElement`; everything else is that of the page. */
export function strictDocument(): Document {
  const { document } = globalThis;
  return new Proxy(document, {
    get(target, name) {
      if (name === "createElement") return createElement;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

/** Makes the page's own document that strict for a call: parts of xterm.js use no other. */
export function withStrictDocument(call: () => void): void {
  const { document } = globalThis;
  // deno-lint-ignore no-explicit-any -- an own property hides the method until it is deleted
  const own = document as any;
  const create = Document.prototype.createElement.bind(document);
  own.createElement = (name: string) =>
    name === "style" ? styleSheet(create("span")) : create(name);
  try {
    call();
  } finally {
    delete own.createElement;
  }
}

function createElement(name: string): HTMLElement {
  return name === "style"
    ? styleSheet(document.createElement("span"))
    : document.createElement(name);
}

/** Makes `setAttribute` of all spans set a style as a script may; the renderer of elements makes many. */
export function allowStyledSpans(): void {
  HTMLSpanElement.prototype.setAttribute = function (name, value) {
    if (name === "style") this.style.cssText = value;
    else Element.prototype.setAttribute.call(this, name, value);
  };
}

/** Takes the place of a `<style>`: its text goes to a style sheet that was made by a script. */
function styleSheet(element: HTMLElement): HTMLElement {
  element.hidden = true;
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", {
    set: (text: string) => sheet.replaceSync(text),
  });
  element.remove = () => {
    Element.prototype.remove.call(element);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
  };
  return element;
}
