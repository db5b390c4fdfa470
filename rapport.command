#!/bin/sh
# Dobbeltklik på Mac: viser, hvad årets rapport mangler, eller laver den. Linux: rapport.desktop.
luk() { printf '\n%s\nTryk Enter for at lukke vinduet. ' "$2"; read -r _; exit "$1"; }
cd "$(dirname "$0")" || exit 1
PATH="$PWD/.venv/bin:$PATH"
if ! command -v socok >/dev/null; then
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    luk 3 'Python mangler. Hent Python 3.11 eller nyere på python.org/downloads, og dobbeltklik igen.'
  [ -f requirements.lock ] ||
    luk 3 'Programmet mangler. Skriv i en terminal: python3 -m pip install socok-analysis'
  echo 'Henter det, programmet skal bruge. Det sker kun første gang og tager nogle minutter.'
  { python3 -m venv .venv &&
    .venv/bin/python -m pip install --no-deps --require-hashes -r requirements.lock &&
    .venv/bin/python -m pip install --no-deps --no-build-isolation -e .; } ||
    luk 3 'Det lykkedes ikke. Er der net? Slet mappen .venv, og dobbeltklik igen.'
fi
socok
luk $? ''
