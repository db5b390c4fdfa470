"""Defective workbooks told in a line: kind | name | what is said | account | what is done.

An account is rows seen, kept, quarantined and skipped: `sound` has all ten rows, `one` one row
set aside. With a star the rows may say something else than the sound ones. Steps (`steps`) stand
between semicolons with blanks around.
"""

LISTED = r"""
jobs | line breaks, capitals and hard blanks in headings | | sound | A1="LØBENR. " ;
  H1="Timer\npr.\xa0uge" ; F1=" ansættelsesDATO" ; J1="\ufeffKanal\u200b" ; E1="Ansættelses\xadform"
jobs | headings in two rows below groups | | 12 10 0 2 | row 1 ; H1=Timer ¦ pr. uge ;
  K1=Målgruppe ¦ før ansættelse
grants | a group over the two ends of a period | | 12 10 0 2 | row 1 ; E1=Periode ; E2=fra ;
  F2=til ; merge E1:F1
jobs | a group that may change what a heading means | heading.group G1 | 12 10 0 2 | row 1 ;
  G1=Forventet
jobs | a heading renamed every row needs | heading.missing F1 | 11 0 10 1 | F1=Ansættelsens dato
jobs | a heading renamed no row needs | heading.missing G1 | sound | G1=Slut dato
jobs | a column added | heading.unknown M1 | sound | M1=Ny kolonne ¦ noget
jobs | a heading with a Cyrillic letter | heading.missing J1 | 11 0 10 1 | J1="K\u0430nal"
jobs | a year where a heading was | heading.missing A1 | 11 0 10 1 | A1=2019
jobs | *no headings at all | file.unrelated, export.missing | 11 0 0 11 | A1:L1=
jobs | *headings nobody knows | file.unrelated, export.missing, map.proposed A1 | 11 0 0 11 |
  A1:L1=Felt {}
jobs | *headings without rows | warning table.empty | 1 0 0 1 | -row 2 10
grants | *headings without rows of what may be absent | info table.empty | 1 0 0 1 | -row 2 10
jobs | two new headings of which one is more like the known | heading.missing G1,
  heading.missing F1 | 11 0 10 1 | F1=Start dato ; G1=Slut dato
jobs | *more new headings than known ones | file.unrelated, map.proposed A1, export.missing |
  11 0 0 11 | A1:G1=Felt {}

jobs | three title rows above | | 14 10 0 4 | row 1 3 ; A1=Ansættelser 2019 ; A2=Udtrukket ;
  B2=@2019-12-31 ; A3=Slagelse Kommune
jobs | blank rows above and between | | 13 10 0 3 | row 5 ; row 1
jobs | blank columns before and between | | sound | column 4 ; column 1 2
jobs | footnotes below | info row.note A13, info row.note A14 | 14 10 0 4 |
  A13=*) Foreløbige tal ¦ Kilde: fagsystemet
jobs | footnotes right below the rows | info row.note A12, info row.note A13 | 13 10 0 3 |
  A12=* Timer er opgjort pr. uge ¦ Kilde: fagsystemet
jobs | a lone text right below the rows | row.incomplete C12 | 12 10 1 1 | A12=Foreløbige tal
jobs | a text between the rows | row.incomplete C7 | 12 10 1 1 | row 7 ;
  A7=Herefter gennem andre kanaler
enterprises | a lone name below a blank row | warning row.note A13 | 13 10 0 3 | A13=Nyt Sted
jobs | a remark beside the table | warning column.nameless N4 | sound | N4=Spørg lige om den her
jobs | *the same table once more below a title of its own | table.second A14,
  warning row.note A13 | 24 10 11 3 | copy 1 11 14 ; A13=Ansættelser 2018
jobs | *a table of another kind below | table.second A14 | 15 10 2 3 |
  A14=Dato ; B14=Status (afholdt/aflyst) ; C14=Emne ; D14=Oplægsholder ; E14=Antal deltagere ;
  A15=@2019-01-07 ; B15=Afholdt ; C15=Møde 1 ; E15=1
jobs | *a count with headings of its own below | table.below B14 | 16 10 3 3 |
  B14=Virksomhed ¦ Sumak ¦ Øvrige ; C14=Ansatte i år ¦ 4 ¦ 6
jobs | running numbers prepared for more rows | row.incomplete C12, row.incomplete C13,
  row.incomplete C14 | 14 10 3 1 | A12="00011" ¦ "00012" ¦ "00013"
jobs | a hidden main sheet | sheet.hidden, info sheet.not_a_table | sound | sheet Forside ;
  state hidden
jobs | a guide on a sheet of its own | info sheet.not_a_table | sound |
  sheet Vejledning / Læs dette først
jobs | merged cells among the values | | sound | merge K2:K4

courses | the same course twice | course.repeated A12 | 12 10 1 1 | copy 2
courses | the same person running twice | course.open_twice A12 | 12 10 1 1 | copy 3 ;
  K12=@2019-12-02
courses | *a course across the year's end in two rows | | 12 11 0 1 | M2=@2019-12-31 ;
  P2=Forlænget ; copy 2 ; K12=@2020-01-01 ; M12= ; P12=
courses | extended together with another reason | exit.mixed P2, exit.not_continued P2 | one |
  P2=Forlænget; Fleksjob
courses | *an extension of an unknown person | exit.not_continued P2 | 12 10 1 1 | A2="0000000000" ;
  P2=Forlænget ; copy 2 ; K12=@2019-07-01 ; M12= ; P12=
courses | a row of a personal number alone | row.incomplete H12 | 12 10 1 1 | A12=610180-0099
waiting_list | an agreement in every spelling | | sound | B2=a-1 ¦ " A-1 "
courses | *a course that begins before the last one ended | warning course.overlap K3 | sound |
  A3=610180-0001
courses | *a course before the first agreement | warning course.outside_agreement H2 | sound |
  K2=@2014-01-06
attendance | a week pasted twice | row.same A12 | 12 10 1 1 | copy 5
waiting_list | a person listed twice the same day | row.same A12 | 12 10 1 1 | copy 5
waiting_list | a person who waits twice | waiting.twice A12 | 12 10 1 1 | A12=610180-0003 ;
  B12=A-1 ; C12=@2019-11-01
progression | two measurements on one day | progression.twice C12 | 12 10 1 1 | copy 5 ; D12=30
grants | *a grant pasted twice | warning row.same A12 | 12 11 0 1 | copy 5
meetings | *a meeting pasted twice | warning row.same A12 | 12 11 0 1 | copy 5
agreements | an agreement's number twice | row.repeated A12 | 12 10 1 1 | copy 5
agreements | the same number with other capitals and a blank | row.repeated A3 | one | A3=a -1
agreements | *extra places left blank | info agreement.no_extra_places D4 | sound | D4=
jobs | a job number used for another job | row.repeated A12 | 12 10 1 1 | copy 5 ;
  C12=VeteranHaven ; F12=@2019-12-02
jobs | *one job under two numbers | warning job.same A3 | sound | B3=610180-0001 ;
  F3=@2019-01-07

jobs | a total that is wrong | total.differs H12 | 12 10 0 2 | A12=I alt ; B12=10 ; H12=56
jobs | a total of percentages in percent format | | 12 10 0 2 | A12=I alt ; I12=8 ; I12~0%
jobs | a total in other words, as text and with a unit | total.differs H12 | 12 10 0 2 |
  A12=I ALT 2019: ; B12="10" ; H12=40,5 timer
jobs | a total that is an error | total.unreadable H12 | 12 10 0 2 | A12=Total antal ; H12=#N/A
jobs | a total over what cannot be read | cell.number H2 | 12 9 1 2 | H2=mange ; A12=I alt ; H12=50
jobs | a sum without a word for it | row.incomplete A12 | 12 10 1 1 | H12=55
jobs | a row deleted above its total | total.differs B12 | 12 10 0 2 | A12=I alt ; B12=11
jobs | a total that was never calculated | total.unreadable H12 | 12 10 0 2 | A12=I alt ; B12=10 ;
  H12==SUM(H2:H11)
jobs | a wrong total above the headings | total.differs H1 | 13 10 0 3 | row 1 2 ; A1=I alt ; H1=56
jobs | a title that begins as a total does | | 13 10 0 3 | row 1 2 ; A1=I alt ansatte ; B1=2019
jobs | totals as the subtotals of Excel print them | | 14 10 0 4 | row 6 ; H6=10 ; H13=45 ¦ 55 ;
  C6=VeteranHaven I alt ; C13=Sumak Total ¦ Hovedtotal
jobs | totals of parts that are named no better | | 14 10 0 4 | row 6 ; H6=10 ; H13=45 ¦ 55 ;
  A6=I alt ; A13=I alt ¦ I alt
jobs | sums of parts and a sum of sums | | 14 10 0 4 | row 6 ; H6=10 ; H13=45 ¦ 55 ;
  B6=Delsum ; B13=Mellemsum: ; A14=Sum i alt
jobs | a total of a part that is wrong | total.differs H13 | 14 10 0 4 | row 6 ; H6=10 ;
  H13=44 ¦ 55 ; C6=VeteranHaven i alt ; C13=Sumak i alt ¦ Hovedtotal
jobs | a grand total that counts the last part alone | total.differs H14 | 14 10 0 4 | row 6 ;
  H6=10 ; H13=45 ¦ 45 ; A6=Delsum ; A13=Delsum ¦ Hovedtotal
enterprises | *an enterprise named as a total | | 12 11 0 1 | copy 11 ; A12=Energi Total

jobs | dates in every Danish spelling | | sound | F2:F11~General ; F2=07-01-2019 ¦ 14.01.2019 ¦
  21/01-2019 ¦ 28. 01. 2019 ¦ 2019-02-04 ¦ " 11/02/2019\xa0" ¦ 43514 ¦ 25. februar 2019 ¦
  den 4. marts 2019 ¦ 11/3-2019
jobs | dates of a 1904 workbook, and a number of days | | sound | 1904 ; F2=42010 ; F2~General
jobs | a year in a 1904 workbook | cell.date F2 | one | 1904 ; F2=2019 ; F2~General
courses | *yes and no as numbers in a 1904 workbook | | sound | 1904 ; Q2=1 ¦ 0
jobs | a year in a cell for dates | cell.date F2 | one | F2=2019 ; F2~dd-mm-yyyy
jobs | a whole hour for a date | cell.date F2 | one | F2=@2019-01-07T13:00
jobs | an end before its start | row.order G2 | one | G2=@2018-01-01
courses | an expected end before its start | row.order L2 | one | L2=@2018-01-01

grants | amounts that Excel shows in thousands or euros | cell.number C2, cell.number C3,
  cell.number C4 | 11 7 3 1 | C2~#,##0 "t.kr." ; C3~[$€-2] #,##0 ; C4~0.0" mio."
grants | amounts that Excel shows shorter than they are | | sound | C2~#,##0,"t.kr." ;
  C3~#,##0 "kr." ; C4~[$kr.-406] #,##0
jobs | percentages in every spelling | | sound | I2=80 % ¦ 80% ¦ 0.8 ¦ "80,0" ; I4~0%
jobs | hours below none, more than a week has, more than all of oneself | cell.number H2,
  cell.number H3, cell.percent I4 | 11 7 3 1 | H2=-1 ¦ 370 ; I4=101 %
jobs | hours written as a clock | cell.number H2, cell.number H3, cell.number H4 | 11 7 3 1 |
  H2=1.5416666666666667 ¦ 0.3125 ¦ 37:30 ; H2~[hh]:mm:ss ; H3~h:mm:ss
jobs | error cells | cell.number H2, cell.number H3, cell.number H4 | 11 7 3 1 |
  H2=#N/A ¦ #DIV/0! ¦ #REF!
jobs | a formula never calculated | cell.number H2 | one | H2==1+1
jobs | Danish error values pasted as text | cell.id A2, cell.enterprise C3 | 11 8 2 1 | A2=#I/T ;
  C3=#REFERENCE!

jobs | *crosses for yes and blanks for no | | sound | L2= ¦ x ¦ ¦ x ¦ ¦ x ¦ ¦ x ¦ ¦ x
jobs | a new spelling of an enterprise | cell.enterprise C2 | one | C2=Veteran-Haven
jobs | an enterprise with a Cyrillic letter | cell.enterprise C2 | one | C2="Sum\u0430k"
jobs | blanks around, between and hard | | sound | C2=" Sumak\xa0" ; E2="Fleksjob " ;
  J2="\tJobcenter" ; A2="00001 "
jobs | signs without width in cells that may be blank | | sound | G2="\u200b" ; K2="\ufeff" ;
  D2="\u200b\xa0"
jobs | a misspelt code | cell.code E2 | one | E2=Flexjob
courses | one unknown reason among two | cell.codes P2 | one | P2=Fleksjob; Noget andet
courses | *several reasons with other signs between | | sound | P2=Fleksjob, Sprogskole ;
  P4="Fleksjob\nSprogskole" ; P6=Fleksjob / Arbejdsprøvning/praktik 2
courses | an end without a reason | exit.no_reason P2 | one | P2=
courses | a reason without an end | exit.no_date M3 | one | P3=Fleksjob
courses | a person's name in the wrong column | cell.text C2 | one | C2=Fiktiva Opdigtsen
waiting_list | an agreement nobody knows | cell.agreement B2 | one | B2=A-99

jobs | a number left blank | cell.id A2 | one | A2=
jobs | a number with an apostrophe that stayed | cell.id A2 | one | A2="'00001"
jobs | numbers that got decimals | cell.id A2, cell.id A3 | 11 8 2 1 | A2="1.0" ¦ 2.5
jobs | numbers longer than Excel keeps | cell.id A2, cell.id A3 | 11 8 2 1 |
  A2=1234567890123456000 ¦ "1,23457E+18"
jobs | a number that lost its zeros | id.lost_zeros A2 | one | A2=1
jobs | *a number with a zero too many | id.lost_zeros A11 | one | A2="00002" ¦ "00003" ¦ "00004" ¦
  "00005" ¦ "00006" ¦ "00007" ¦ "00008" ¦ "00009" ¦ "00010" ¦ "000142"
jobs | a number whose format shows its zeros | | sound | A2=1 ; A2~00000
jobs | *numbers whose letters are in their format | | sound | A2=2 ¦ 3 ¦ 4 ¦ 5 ¦ 6 ¦ 7 ¦ 8 ¦ 9 ¦
  10 ¦ 11 ; A2:A11~"J-"0000
jobs | *personal numbers formatted with a hyphen | | sound | B2:B11~000000\-0000 ;
  B2=6101800001 ¦ 6101800002 ¦ 6101800003 ¦ 6101800004 ¦ 6101800005 ¦
  6101800006 ¦ 6101800007 ¦ 6101800008 ¦ 6101800009 ¦ 6101800010
jobs | a personal number with a fraction | cell.person B2 | one | B2=7101801234.5
jobs | a personal number in the wrong column | cell.text K2 | one | K2=610180-0007
"""
