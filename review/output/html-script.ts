/**
 * The page's filters: an item is shown if each chosen value is among its own. What is nobody's in particular, such as a promise,
 * is shown with any choice of the others. In the picture, what is not chosen fades.
 */
export const PAGE_SCRIPT = `
(() => {
  const form = document.querySelector('.filters');
  const selects = [...form.querySelectorAll('select')];
  const items = [...document.querySelectorAll('.item')];
  const groups = [...document.querySelectorAll('svg [data-cell], svg [data-tier], svg [data-tenant]')];
  const matches = (element) =>
    selects.every(({ value, dataset: { filter } }) => {
      const own = element.dataset[filter];
      return value === '' || own === undefined || JSON.parse(own).includes(value);
    });
  const isAway = (group) =>
    selects.some(({ value, dataset: { filter } }) => value !== '' && (group.dataset[filter] ?? value) !== value);
  const apply = () => {
    for (const item of items) item.hidden = !matches(item);
    for (const group of groups) group.classList.toggle('away', isAway(group));
    const shown = items.filter((item) => !item.hidden).length;
    form.querySelector('output').textContent = shown === items.length ? '' : shown + ' of ' + items.length + ' shown';
  };
  form.addEventListener('change', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
`;
