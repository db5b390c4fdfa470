@echo off
rem Dobbeltklik paa Windows: viser, hvad aarets rapport mangler, eller laver den.
chcp 65001 >nul
pushd "%~dp0"
set "PATH=%CD%\.venv\Scripts;%PATH%"
where socok >nul 2>nul && goto start
py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul || (
  echo Python mangler. Hent Python 3.11 eller nyere på python.org/downloads, og dobbeltklik igen.
  goto slut
)
if not exist requirements.lock (
  echo Programmet mangler. Skriv i en kommandoprompt: py -m pip install socok-analysis
  goto slut
)
echo Henter det, programmet skal bruge. Det sker kun første gang og tager nogle minutter.
py -3 -m venv .venv && .venv\Scripts\python -m pip install --no-deps --require-hashes -r requirements.lock && .venv\Scripts\python -m pip install --no-deps --no-build-isolation -e . && goto start
echo Det lykkedes ikke. Er der net? Slet mappen .venv, og dobbeltklik igen.
goto slut
:start
socok
:slut
echo.
pause
popd
