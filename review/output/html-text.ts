/** Text of HTML in which everything of others is escaped. Only this file makes it. */
export interface Html {
  readonly text: string;
  /** So that no plain text passes for it. */
  readonly isHtml: true;
}

/** HTML that is ours, as it is. */
export const raw = (text: string): Html => ({ text, isHtml: true });

/** A template of HTML: what is filled in is escaped, unless it is HTML itself. How the template is indented, does not matter. */
export function markup(parts: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  const filled = parts.map((part, index) => {
    const value = values[index];
    return `${part.replace(/\n\s+/g, '\n')}${value === undefined ? '' : typeof value === 'object' ? value.text : escape(String(value))}`;
  });
  return raw(filled.join(''));
}

export const list = (items: readonly Html[]): Html => raw(items.map(({ text }) => text).join(''));

/** An element with attributes, whose values are escaped. */
export function element(tag: string, attributes: Readonly<Record<string, string>>, content: Html): Html {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escape(value)}"`);
  return raw(`<${tag}${written.join('')}>${content.text}</${tag}>`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
