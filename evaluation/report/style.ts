/** The report's looks, light and dark by the reader's preference or choice. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f5f6f8, #0e1116); --card: light-dark(#ffffff, #161b22); --edge: light-dark(#e2e5ea, #262d37);
  --ink: light-dark(#171b21, #e8ebf0); --soft: light-dark(#5a6472, #98a2b1); --faint: light-dark(#e9ecf0, #222933);
  --first: light-dark(#2f66d8, #6ea0ff); --second: light-dark(#0d9488, #3fc7b5); --third: light-dark(#9056c8, #bd92ee);
  --loss: light-dark(#d9573a, #f0806a); --gain: light-dark(#21935a, #4cc38a); --drop: light-dark(#808a99, #737e8e);
}
:root[data-theme=light] { color-scheme: light; }
:root[data-theme=dark] { color-scheme: dark; }
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 20px 64px; }
header { display: flex; gap: 16px; align-items: flex-start; justify-content: space-between; }
h1 { font-size: 26px; line-height: 1.2; letter-spacing: -0.02em; margin: 0; }
h2 { font-size: 15px; margin: 0; letter-spacing: -0.005em; }
header p, .card > p { color: var(--soft); margin: 4px 0 0; }
.card > p { font-size: 13.5px; max-width: 68ch; }
button, select {
  white-space: nowrap; font: inherit; font-size: 13px; color: var(--ink); background: var(--card);
  border: 1px solid var(--edge); border-radius: 7px; padding: 4px 9px; min-height: 32px; cursor: pointer;
}
button:focus-visible, select:focus-visible, .scroll:focus-visible {
  outline: 2px solid var(--first); outline-offset: 2px;
}
.headline {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 28px 0 12px;
}
.figure { background: var(--card); border: 1px solid var(--edge); border-radius: 12px; padding: 14px 16px; }
.figure b {
  display: block; font-size: 27px; line-height: 1.2; font-weight: 620; letter-spacing: -0.02em;
  font-variant-numeric: tabular-nums;
}
.figure span { color: var(--soft); font-size: 12.5px; display: block; }
.figure.main b { color: var(--first); }
.cards { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; }
.card {
  background: var(--card); border: 1px solid var(--edge); border-radius: 12px; padding: 18px 20px;
  position: relative; min-width: 0;
}
.card.wide { grid-column: 1 / -1; } .scroll { overflow-x: auto; } .scroll > svg { min-width: 640px; }
.card svg { display: block; width: 100%; height: auto; margin-top: 14px; overflow: visible; }
.menu { position: absolute; top: 11px; right: 20px; color: var(--soft); font-size: 13px; }
svg text { font-size: 12px; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .name { font-size: 13px; fill: var(--ink); }
svg .strong { font-weight: 600; }
svg .value { font-size: 13px; fill: var(--ink); }
svg .tick { font-size: 11.5px; }
.grid { stroke: var(--faint); stroke-width: 1; } .joint { stroke: var(--soft); stroke-width: 1; opacity: 0.5; }
.bar { fill: var(--first); } .bar.second { fill: var(--second); } .bar.third { fill: var(--third); }
.bar.fourth { fill: var(--loss); } .bar.alarm { fill: var(--loss); }
.row.ideal .bar { fill: var(--drop); } .row.loss .bar { fill: var(--loss); } .row.gain .bar { fill: var(--gain); }
.marker { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 3; opacity: 0.7; }
.curve { stroke-width: 2; stroke-linejoin: round; }
.curve.first { stroke: var(--first); }
.curve.second { stroke: var(--second); }
.curve.third { stroke: var(--third); }
.curve.fourth { stroke: var(--loss); }
.curve.raw { stroke: var(--first); stroke-width: 1; opacity: 0.4; }
.change { stroke-width: 3; opacity: 0.6; } .change.gain { stroke: var(--gain); } .change.loss { stroke: var(--loss); }
.range { fill: var(--first); opacity: 0.14; }
.dot { fill: var(--card); stroke-width: 2; }
.dot.first { stroke: var(--first); }
.dot.second { stroke: var(--second); }
.reader { fill: transparent; }
.reader:hover { fill: var(--soft); opacity: 0.14; }
.hidden { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--soft); margin-top: 8px; }
.key::before {
  content: ""; display: inline-block; width: 16px; height: 3px; border-radius: 2px; margin-right: 7px;
  vertical-align: middle; background: var(--key);
}
.key.first { --key: var(--first); }
.key.second { --key: var(--second); }
.key.third { --key: var(--third); }
.key.fourth { --key: var(--loss); }
.key.dot::before { width: 9px; height: 9px; border-radius: 50%; }
.key.out::before { width: 8px; height: 8px; border-radius: 1px; transform: rotate(45deg); }
.key.dropped { --key: var(--drop); } .key.output { --key: var(--second); }
.timeline { display: flex; margin-top: 12px; } .timeline .scroll { flex: 1; min-width: 0; }
.timeline svg { width: auto; min-width: 0; margin: 0; overflow: hidden; }
.lanes { position: relative; width: 54px; flex: none; font-size: 12.5px; color: var(--soft); }
.lanes span { position: absolute; left: 0; }
.frame { fill: var(--first); }
.frame.dropped { fill: var(--drop); }
.frame.detector-failed, .frame.detector-down, .frame.corrupt { fill: var(--loss); }
.wait { stroke: var(--first); stroke-width: 1; opacity: 0.45; }
.output { fill: var(--second); stroke: var(--card); stroke-width: 1.5; }
svg .inside { fill: var(--card); font-size: 10.5px; font-weight: 600; } .missed { fill: var(--loss); opacity: 0.14; }
table {
  border-collapse: collapse; width: 100%; margin-top: 12px; font-size: 13.5px; font-variant-numeric: tabular-nums;
}
th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--faint); font-weight: 400; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--soft); font-size: 12.5px; }
tbody th, thead th:first-child { text-align: left; }
.stats thead th:first-child { text-align: right; }
th:first-child { padding-left: 0; } .stats { table-layout: fixed; }
.meter { width: 38%; padding-left: 28px; text-align: left; }
.meter div { display: flex; align-items: center; gap: 14px; }
.meter b { font-weight: 600; width: 42px; }
.meter span { flex: 1; height: 8px; border-radius: 4px; background: var(--faint); overflow: hidden; }
.meter i { display: block; height: 100%; background: var(--first); }
.confusion th, .confusion td { text-align: center; padding: 6px 8px; white-space: nowrap; }
.confusion tbody th { text-align: left; position: sticky; left: 0; background: var(--card); }
.confusion .none { color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 5px 20px; margin: 12px 0 0; font-size: 13.5px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.empty, .note { color: var(--soft); font-size: 13px; margin: 12px 0 0; }
footer { color: var(--soft); font-size: 12.5px; margin-top: 24px; }
@media (max-width: 760px) {
  .cards { grid-template-columns: minmax(0, 1fr); }
  .meter { padding-left: 10px; }
  .meter span { display: none; }
  .card > svg text { font-size: 16px; }
  th, td { padding: 6px 5px; }
}
@media print { .menu, button { display: none; } body { background: none; } .card, .figure { break-inside: avoid; } }
`;
