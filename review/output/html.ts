import { createHash } from 'node:crypto';
import { highest } from '../finding';
import type { Owner, Review } from '../report';
import { PAGE_SCRIPT } from './html-script';
import { type Pictured, section } from './html-section';
import { PAGE_STYLE } from './html-style';
import { element, type Html, list, markup, raw } from './html-text';
import { printable } from './words';

export type { Pictured } from './html-section';

/**
 * Reviews as one page that is complete in itself: it loads nothing, sends nothing, and its policy allows nothing but its own
 * style and script. Read in light and dark, with a keyboard and without a script; everything of others is escaped.
 */
export function htmlOf(given: readonly Pictured[]): string {
  const pages = printable(given);
  const risk = highest(pages.map(({ review }) => review.risk));
  const title = `Review: risk ${risk}, ${pages.map(({ review }) => review.head.environment).join(', ')}`;
  const policy = `default-src 'none'; style-src ${hashOf(PAGE_STYLE)}; script-src ${hashOf(PAGE_SCRIPT)}; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${element('style', {}, raw(PAGE_STYLE))}
      </head>
      <body>
        <header>
          <h1>Review of the infrastructure <span class="risk ${risk}">risk ${risk}</span></h1>
          ${pages.length > 1 ? environments(pages) : raw('')}${filters(pages.map(({ review }) => review))}
        </header>
        <main>${list(pages.map(section))}</main>
        ${element('script', {}, raw(PAGE_SCRIPT))}
      </body>
    </html> `.text;
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const environments = (pages: readonly Pictured[]): Html =>
  markup`<nav aria-label="Environments">
    <ul>
      ${list(
        pages.map(
          ({ review: { head, risk } }, index) =>
            markup`<li>
              <a href="#environment-${index}">${head.environment}</a>
              <span class="risk ${risk}">${risk}</span>
            </li>`,
        ),
      )}
    </ul>
  </nav> `;

/** Choices that a script makes work. Without it they are not shown, and all is. */
function filters(reviews: readonly Review[]): Html {
  const owners = reviews.flatMap(({ stacks }) => stacks.map(({ owner }) => owner));
  const choice = (name: keyof Owner, label: string): Html => {
    const values = [...new Set(owners.flatMap((owner) => owner[name] ?? []))].sort();
    if (values.length === 0) return raw('');
    return markup`<label
      >${label}
      <select data-filter="${name}">
        <option value="">all</option>
        ${list(values.map((value) => markup`<option>${value}</option>`))}
      </select></label
    > `;
  };
  return markup`<form class="filters" hidden aria-label="Show only">
    ${choice('cell', 'Cell')}${choice('tier', 'Tier')}${choice('tenant', 'Tenant')}<label
      >Risk
      <select data-filter="risk">
        <option value="">all</option>
        <option value="high">high</option>
        <option value="low">low</option>
      </select></label
    >
    <output aria-live="polite"></output>
  </form> `;
}
