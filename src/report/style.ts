/** The looks of the page: system fonts, light and dark, from a telephone to paper. */

const LIGHT = `
--page:#f5f6f8;--sheet:#fff;--text:#1c2127;--quiet:#57606b;--rule:#dce0e5;--grid:#e6e9ed;
--first:#1f66d0;--second:#b45309;--good:#1a7f37;--warn:#9a5b00;--bad:#c0262d;
--shade1:#dbe8fb;--shade2:#a9c9f5;--shade3:#5f9bea;--shade4:#1f5fc0;--on1:#14304f;--on2:#14304f;--on3:#081a30;--on4:#fff;
--source:#7a56c2;--cpu:#1f66d0;--sink:#b45309;--block:#c0262d26;color-scheme:light`;

const DARK = `
--page:#0f1318;--sheet:#181d24;--text:#e7eaee;--quiet:#a3adb9;--rule:#303843;--grid:#2a313b;
--first:#6cabff;--second:#f0a35e;--good:#6fd08c;--warn:#f0b35e;--bad:#ff8b84;
--shade1:#16304f;--shade2:#1c4a82;--shade3:#3b7bcb;--shade4:#8fc0ff;--on1:#d5e5fa;--on2:#e3eefc;--on3:#fff;--on4:#0b2038;
--source:#b79af0;--cpu:#6cabff;--sink:#f0a35e;--block:#ff8b8433;color-scheme:dark`;

/** The whole style sheet. */
export const STYLE = `
:root{${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
td,thead th{overflow-wrap:normal}.facts td,.wide td:only-child{overflow-wrap:anywhere}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
footer{padding-bottom:36px;color:var(--quiet);font-size:14px}
h1{font-size:26px;line-height:1.25;margin:0 0 10px;display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center}
h2{font-size:18px;margin:0 0 12px}
h3{font-size:15px;margin:18px 0 8px}
p{margin:0 0 8px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
section{background:var(--sheet);border:1px solid var(--rule);border-radius:10px;padding:18px 20px;margin:16px 0}
.quiet{color:var(--quiet)}
.badge{font-size:14px;font-weight:600;padding:3px 11px;border-radius:99px;border:1.5px solid currentColor}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.way{display:grid;grid-template-columns:auto 1fr;gap:2px 14px;margin:0}
.way dt{color:var(--quiet)}.way dd{margin:0}
.error{border-left:5px solid var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;margin:16px 0;padding:0;list-style:none}
.tiles li{background:var(--sheet);border:1px solid var(--rule);border-radius:10px;padding:12px 16px}
.tiles .name{display:block;color:var(--quiet);font-size:14px}
.tiles .value{display:block;font-size:25px;line-height:1.3;font-weight:650;font-variant-numeric:tabular-nums}
.tiles .long{font-size:17px;line-height:1.91}
.tiles .more{display:block;font-size:14px;color:var(--quiet)}
figure{margin:0}
.chart{margin-bottom:26px}.chart:last-child{margin-bottom:4px}
figcaption{font-weight:600;font-size:15px}
.none,.empty{color:var(--quiet);margin:6px 0}
.keys{display:flex;flex-wrap:wrap;gap:2px 18px;list-style:none;margin:2px 0 10px;padding:0;font-size:14px;color:var(--quiet)}
.keys li{display:flex;align-items:center;gap:7px}
.key{display:inline-block;width:16px;height:12px;border-radius:3px;flex:none}
.key.line,.key.steps,.key.area{height:3px}
.key.first{background:var(--first)}.key.second{background:var(--second)}
.key.marked{background:var(--block);border:1px solid var(--bad)}
.plot{display:grid;grid-template-columns:auto 1fr;grid-template-rows:190px 24px;font-size:13px;color:var(--quiet);font-variant-numeric:tabular-nums;padding:6px 14px 0 0}
.values{position:relative;width:58px}
.values span{position:absolute;right:8px;transform:translateY(50%);white-space:nowrap}
.plot svg{width:100%;height:100%;display:block;overflow:visible;grid-column:2}
.times{position:relative;grid-column:2;margin-top:5px}
.times span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.times span:first-child{transform:none}
.grid{stroke:var(--grid);stroke-width:1;vector-effect:non-scaling-stroke}
.line{fill:none;stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.line.first{stroke:var(--first)}.line.second{stroke:var(--second)}
.area{stroke:none;fill-opacity:.14}.area.first{fill:var(--first)}.area.second{fill:var(--second)}
.bars.first{fill:var(--first)}.bars.second{fill:var(--second)}
path.marked{fill:var(--block)}
.hint{fill:transparent}.hint:hover{fill:var(--text);fill-opacity:.07}
.share{display:flex;height:20px;border-radius:5px;overflow:hidden;margin:4px 0 8px;gap:2px}
.share span{display:block;min-width:2px}
.source{background:var(--source)}.cpu{background:var(--cpu)}.sink{background:var(--sink)}
.months{display:flex;flex-wrap:wrap;gap:18px 26px;margin:4px 0 14px}
.month figcaption{margin-bottom:2px}
.month svg{display:block;font-size:11.5px;font-variant-numeric:tabular-nums}
.month text{text-anchor:middle;fill:var(--quiet)}
.empty{flex-basis:100%}
.day rect{stroke-width:1.5;stroke:none}
.shade1 rect{fill:var(--shade1)}.shade2 rect{fill:var(--shade2)}.shade3 rect{fill:var(--shade3)}.shade4 rect{fill:var(--shade4)}
.month .shade1 text{fill:var(--on1)}.month .shade2 text{fill:var(--on2)}.month .shade3 text{fill:var(--on3)}.month .shade4 text{fill:var(--on4)}
.gap rect{fill:none;stroke:var(--bad);stroke-dasharray:3 2}
.month .gap text{fill:var(--bad)}
.mark{fill:var(--bad);stroke:var(--sheet);stroke-width:1}
.key.shade1{background:var(--shade1)}.key.shade2{background:var(--shade2)}.key.shade3{background:var(--shade3)}.key.shade4{background:var(--shade4)}
.key.gap{border:1.5px dashed var(--bad)}
.key.mark{background:var(--bad);clip-path:polygon(0 0,100% 0,100% 100%)}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums;margin-bottom:14px}
caption{text-align:left;color:var(--quiet);padding-bottom:6px}
th{text-align:left;font-weight:600;color:var(--quiet)}
th,td{padding:5px 14px 5px 0;border-bottom:1px solid var(--grid);vertical-align:top}
tbody tr:last-child>*{border-bottom:none}
tbody th{font-weight:400}.wide tbody th{color:var(--text)}
.number{text-align:right;white-space:nowrap}
.facts th{width:30%;min-width:118px}
details{margin-top:8px}
summary{cursor:pointer;color:var(--first);font-size:15px}
details table{margin-top:8px}
pre{white-space:pre-wrap;margin:0;padding:12px 14px;background:var(--page);border:1px solid var(--rule);border-radius:8px;user-select:all}
.group{margin:0 0 14px}
.group ul{margin:4px 0 0;padding-left:20px;font-size:14px}
@media (max-width:640px){
main,header,footer{padding-left:12px;padding-right:12px}
header{padding-top:18px}
section{padding:14px}
h1{font-size:22px}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
.tiles li{padding:10px 12px}
.tiles .value{font-size:20px}
.tiles .long{font-size:15px;line-height:1.73}
.plot{grid-template-rows:150px 24px}
.months{justify-content:center}
.wide thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.wide tbody tr{display:flex;flex-wrap:wrap;gap:0 16px;padding:7px 0;border-bottom:1px solid var(--grid)}
.wide tbody tr:last-child{border-bottom:none}
.wide tbody tr>*{border:none;padding:0;text-align:left}
.wide tbody th{flex:0 0 100%}
.wide td[data-name]::before{content:attr(data-name) " ";color:var(--quiet)}
.facts th{width:36%;min-width:0}
}
@media print{
body{background:#fff;font-size:12px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
section,.tiles li,.month,.chart{break-inside:avoid}
details::details-content{content-visibility:visible;height:auto}
}
`;
