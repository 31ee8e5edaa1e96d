"""The looks of the HTML report: one style sheet, colours by name, light and dark by what the reader prefers."""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1a2230; --soft: #5b6675; --line: #dfe3e9; --tint: #f0f2f6;
  --fail: #b3261e; --fail-tint: #fdeeec; --warning: #8a5a00; --warning-tint: #fdf4e1;
  --ok: #1d6b42; --ok-tint: #e9f6ee; --skipped: #5b6675; --accent: #2455c3; --accent-tint: #e8eefb; --root: #5b3fa8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f141b; --card: #171e28; --ink: #e4e9f0; --soft: #97a3b3; --line: #2a3442; --tint: #1f2833;
    --fail: #ff8a80; --fail-tint: #35191a; --warning: #f0b755; --warning-tint: #312611;
    --ok: #6fd09a; --ok-tint: #14301f; --skipped: #97a3b3; --accent: #8ab0ff; --accent-tint: #1b2a47; --root: #bda7ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
}
main { max-width: 1000px; margin: 0 auto; padding: 40px 24px 56px; }
code, .evidence dd, .path, h3 {
  font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
h1, h2, h3, h4, p, dl, dd, ul { margin: 0; padding: 0; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
section { margin-top: 44px; }
h2 { font-size: 19px; line-height: 1.3; margin-bottom: 14px; letter-spacing: -.01em; }

header { padding: 0 0 4px; }
.eyebrow { color: var(--soft); font-size: 13px; font-weight: 600; letter-spacing: .02em; }
h1 { font-size: 34px; line-height: 1.2; font-weight: 650; letter-spacing: -.022em; margin: 4px 0 8px; }
header.fail h1 { color: var(--fail); } header.warning h1 { color: var(--warning); } header.ok h1 { color: var(--ok); }
.about { color: var(--soft); font-size: 14px; }
.counts { list-style: none; display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin-top: 24px; }
.counts li {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; color: var(--soft);
}
.counts b { display: block; font-size: 28px; line-height: 1.15; font-weight: 600; font-variant-numeric: tabular-nums; }
.fail > b { color: var(--fail); } .warning > b { color: var(--warning); } .ok > b { color: var(--ok); }
.skipped > b { color: var(--skipped); }
.counts .none b { color: var(--soft); opacity: .55; }

input[name="show"] { position: absolute; opacity: 0; pointer-events: none; }
.findings > h2 { float: left; }
.filter { display: flex; gap: 6px; justify-content: flex-end; margin-bottom: 14px; }
.filter label {
  cursor: pointer; padding: 3px 12px; border: 1px solid var(--line); border-radius: 99px; color: var(--soft);
  background: var(--card); font-size: 13px;
}
#show-all:checked ~ main [for="show-all"], #show-fail:checked ~ main [for="show-fail"],
#show-warning:checked ~ main [for="show-warning"] {
  background: var(--ink); border-color: var(--ink); color: var(--page);
}
#show-all:focus-visible ~ main [for="show-all"], #show-fail:focus-visible ~ main [for="show-fail"],
#show-warning:focus-visible ~ main [for="show-warning"] { outline: 2px solid var(--accent); outline-offset: 2px; }
#show-fail:checked ~ main .finding.warning, #show-fail:checked ~ main .sheet:not(.has-fail),
#show-warning:checked ~ main .finding.fail, #show-warning:checked ~ main .sheet:not(.has-warning) { display: none; }

.sheet { clear: both; background: var(--card); border: 1px solid var(--line); border-radius: 12px; margin-top: 16px; }
.sheet > h3 { font-size: 14px; font-weight: 600; line-height: 1.45; padding: 16px 20px 0; }
.sheet > .about { padding: 4px 20px 14px; font-size: 13px; }
.sheet > .about span { display: inline-block; margin-right: 16px; }
.sheet > .about b { font-weight: 500; color: var(--ink); }
.finding { border-top: 1px solid var(--line); padding: 16px 20px 18px; break-inside: avoid; }
h4 { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; font-size: 13px; font-weight: 500; }
h4 code { color: var(--soft); }
.pill { border-radius: 99px; padding: 0 10px; font-size: 12.5px; font-weight: 600; line-height: 1.75; }
.fail .pill { background: var(--fail-tint); color: var(--fail); }
.warning .pill { background: var(--warning-tint); color: var(--warning); }
.demand { font-size: 16px; font-weight: 550; margin: 6px 0 2px; }
.reason { color: var(--soft); }
.evidence { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; margin: 10px 0; }
.evidence div { border-radius: 8px; padding: 8px 12px 10px; }
.expected { background: var(--ok-tint); } .found { background: var(--fail-tint); }
.warning .found { background: var(--warning-tint); }
.evidence dt { font-size: 12px; color: var(--soft); } .evidence .where { float: right; }
.evidence dd { font-size: 13px; white-space: pre-wrap; }
.reasons { display: grid; grid-template-columns: 72px 1fr; gap: 5px 12px; margin-top: 10px; font-size: 14px; }
.reasons dt { color: var(--soft); }
.fix { font-weight: 550; } .reasons p + p { margin-top: 5px; }

.unjudged ul { background: var(--warning-tint); border-radius: 10px; padding: 12px 20px 12px 36px; }
.drawing, .wide { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow-x: auto; }
.drawing { padding: 20px; }
svg { display: block; max-width: 100%; height: auto; font-family: inherit; }
svg.timeline { width: 100%; }
svg text { fill: var(--ink); font-size: 12.5px; }
.timeline .mark, .timeline .until { fill: var(--soft); font-size: 11.5px; } .timeline .year { font-weight: 600; }
.timeline text { paint-order: stroke; stroke: var(--card); stroke-width: 5px; stroke-linejoin: round; }
.tick { stroke: var(--line); } path.today { stroke: var(--accent); stroke-width: 1.5; stroke-dasharray: 3 3; }
text.today { fill: var(--accent); font-size: 11.5px; font-weight: 600; }
.span rect, .span .on { fill: var(--ok); } .span.authority rect, .span.authority .on { fill: var(--root); }
.span.soon rect { fill: var(--warning); } .span.ended rect { fill: var(--fail); }
.span.soon .until { fill: var(--warning); } .span.ended .until { fill: var(--fail); font-weight: 600; }
.box rect { fill: var(--tint); stroke: var(--line); } .box .role { fill: var(--soft); font-size: 11.5px; }
.box.certificate rect { fill: var(--accent-tint); stroke: var(--accent); stroke-opacity: .35; }
.box.root rect { stroke: var(--root); stroke-opacity: .6; }
.box.missing rect { fill: none; stroke: var(--fail); stroke-dasharray: 5 4; }
.box.ended rect { fill: var(--fail-tint); stroke: var(--fail); }
.box.missing .role, .box.ended .role { fill: var(--fail); }
.arrow { stroke: var(--soft); stroke-width: 1.5; fill: none; } .tip { fill: var(--soft); }
.broken { stroke: var(--fail); stroke-dasharray: 4 4; }

table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 1.45; }
th, td { text-align: left; vertical-align: top; padding: 8px 10px; border-top: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 20px; } th:last-child, td:last-child { padding-right: 20px; }
thead th { color: var(--soft); font-weight: 500; border-top: 0; }
tr.set th { background: var(--tint); font-weight: 600; }
td { min-width: 42px; overflow-wrap: break-word; } td.path { min-width: 220px; font-size: 12.5px; }
td small { display: block; color: var(--soft); font-size: 11.5px; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.fail { color: var(--fail); font-weight: 650; } td.warning { color: var(--warning); font-weight: 650; }
td.none { color: var(--soft); opacity: .5; font-weight: 400; }
tr.fail > .path { box-shadow: inset 3px 0 var(--fail); } tr.warning > .path { box-shadow: inset 3px 0 var(--warning); }

details { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 20px; }
summary { cursor: pointer; font-weight: 550; }
td .signed { background: none; border: 0; padding: 2px 0 0; color: var(--soft); font-size: 11.5px; }
td .signed summary { font-weight: 400; }
dl.skipped dt { margin-top: 12px; } dl.skipped dd { color: var(--soft); font-size: 12.5px; }
dl.skipped code { margin-right: 10px; }
footer { margin-top: 36px; color: var(--soft); font-size: 13px; }

@media (max-width: 640px) {
  main { padding: 24px 14px 40px; } h1 { font-size: 27px; }
  .counts { grid-template-columns: 1fr 1fr; } .evidence { grid-template-columns: 1fr; }
  .findings > h2 { float: none; } .filter { justify-content: flex-start; flex-wrap: wrap; }
  svg.chains, svg.timeline { max-width: none; } svg.timeline { width: 720px; }
}
@media print {
  @page { margin: 14mm; }
  :root {
    --page: #ffffff; --card: #ffffff; --ink: #111111; --soft: #4c5562; --line: #cfd4db; --tint: #f3f4f7;
    --fail: #a31b14; --fail-tint: #fbeae8; --warning: #7a4f00; --warning-tint: #fbf1dc;
    --ok: #17593a; --ok-tint: #e9f5ee; --skipped: #4c5562; --accent: #1d469f; --accent-tint: #ebf0fb; --root: #4c3490;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { zoom: .8; } main { max-width: none; padding: 0; } section { margin-top: 24px; }
  .filter, input[name="show"] { display: none !important; }
  .findings > h2 { float: none; }
  main .sheet:nth-child(n), main .finding:nth-child(n) { display: block !important; }
  h2, h3, h4, .sheet > .about { break-after: avoid; } tr, .counts, svg { break-inside: avoid; }
  .drawing, .wide { overflow: visible; } td.path { min-width: 0; }
  details::details-content { content-visibility: visible; block-size: auto; opacity: 1; }
  .reasons a[href]::after { content: " " attr(href); color: var(--soft); font-size: 8.5pt; }
}
"""
