/** Makes menus and the theme switch work; without it the page shows its first views. */
export const SCRIPT = `
for (const menu of document.querySelectorAll('[data-menu]')) {
  menu.addEventListener('change', () => {
    for (const view of menu.closest('.card').querySelectorAll('[data-view]'))
      view.classList.toggle('hidden', view.dataset.view !== menu.value);
  });
}
document.querySelector('[data-theme-switch]').addEventListener('click', () => {
  const root = document.documentElement;
  const { theme } = root.dataset;
  const isDark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
});
`;
