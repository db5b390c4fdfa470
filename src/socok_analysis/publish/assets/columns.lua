-- How a table shares the line among its columns, counted in letters: on paper of either kind, and
-- on a phone, where one that is too wide is shown as a list.
local M = {}

-- What a cell's sides take of the line, on paper and on a phone; the letters a phone's line holds.
local cell_margin, phone_margin, phone_letters = 3, 2, 32

local function count(text) return utf8.len(text) or #text end

local function longest_word(text)
  local longest = 0
  for word in text:gmatch('%S+') do longest = math.max(longest, count(word)) end
  return longest
end

local function text_of(cell) return pandoc.utils.stringify(cell.contents) end

-- All rows of a table, the heading's first.
function M.rows(tbl)
  local all = pandoc.List() -- a list of its own: extending the head's would move rows into it
  all:extend(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do all:extend(body.body) end
  return all
end

function M.sum(list)
  local total = 0
  for _, number in ipairs(list) do total = total + number end
  return total
end

-- The letters each column has room for: all its cells need where the table fits on a line of
-- `line` letters; else no fewer than its longest word, the rest shared by how much text there is.
-- Also whether there is room for every word.
function M.share(tbl, line)
  local words, cells, letters = pandoc.List(), pandoc.List(), pandoc.List()
  for index in ipairs(tbl.colspecs) do
    words[index], cells[index], letters[index] = cell_margin, cell_margin, 0
    for _, row in ipairs(M.rows(tbl)) do
      local text = text_of(row.cells[index])
      words[index] = math.max(words[index], longest_word(text) + cell_margin)
      cells[index] = math.max(cells[index], count(text) + cell_margin)
      letters[index] = letters[index] + count(text)
    end
  end
  if M.sum(cells) <= line then return cells, true end
  local spare = line - M.sum(words)
  if spare <= 0 then return words, false end
  local needs = cells:map(function(all, index) return all > words[index] and letters[index] or 0 end)
  local wanted = M.sum(needs)
  local function widen(word, index) return word + spare * needs[index] / wanted end
  return words:map(widen), true
end

-- The lines the rows of a table take, its heading's too.
function M.count_lines(tbl, room)
  local total = 0
  for _, row in ipairs(M.rows(tbl)) do
    local lines = 1
    for index, cell in ipairs(row.cells) do
      lines = math.max(lines, math.ceil((count(text_of(cell)) + cell_margin) / room[index]))
    end
    total = total + lines
  end
  return total
end

-- A table whose numbers stay on one line: "44,1 % (15 af 34)".
function M.keep_numbers(tbl)
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      for index, cell in ipairs(row.cells) do
        if tbl.colspecs[index][1] == 'AlignRight' then
          cell.contents = cell.contents:walk({ Space = function() return pandoc.Str('\u{a0}') end })
        end
      end
    end
  end
  return tbl
end

-- The letters a table needs on a phone: numbers stand on one line, text breaks between words.
local function need(tbl)
  local total = 0
  for index, spec in ipairs(tbl.colspecs) do
    local wide = 0
    for place, row in ipairs(M.rows(tbl)) do
      local text = text_of(row.cells[index])
      local is_number = spec[1] == 'AlignRight' and place > #tbl.head.rows
      wide = math.max(wide, is_number and count(text) or longest_word(text))
    end
    total = total + wide + phone_margin
  end
  return total
end

-- A table too wide for a phone: the style sheet shows it there as a list, in which each cell stands
-- after its column's heading, and which would take the roles of rows and cells from it.
function M.stack(tbl)
  local head = tbl.head.rows[1]
  if not head or need(tbl) <= phone_letters then return tbl end
  tbl.classes:insert('stacked')
  tbl.attributes.role = 'table'
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      row.attributes.role = 'row'
      for index, cell in ipairs(row.cells) do
        local is_head = index == 1 and tbl.colspecs[1][1] ~= 'AlignRight'
        cell.attributes.role = is_head and 'rowheader' or 'cell'
        cell.attributes['data-label'] = text_of(head.cells[index])
        if text_of(cell) == '–' then cell.classes:insert('none') end
      end
    end
  end
  return M.keep_numbers(tbl)
end

return M
