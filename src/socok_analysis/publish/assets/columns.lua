-- How a table shares the line among its columns, counted in letters, on paper of either kind.
local M = {}

-- What a cell's sides take of the line.
local cell_margin = 3

local function read(cell)
  local text = pandoc.utils.stringify(cell.contents)
  return text, utf8.len(text) or #text
end

local function rows(tbl)
  local all = pandoc.List() -- a list of its own: extending the head's would move rows into it
  all:extend(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do all:extend(body.body) end
  return all
end

local function sum(list)
  local total = 0
  for _, number in ipairs(list) do total = total + number end
  return total
end

-- For each column: its longest word, its longest cell, and all its letters.
local function measure(tbl)
  local words, cells, letters = pandoc.List(), pandoc.List(), pandoc.List()
  for index in ipairs(tbl.colspecs) do
    words[index], cells[index], letters[index] = cell_margin, cell_margin, 0
  end
  for _, row in ipairs(rows(tbl)) do
    for index, cell in ipairs(row.cells) do
      local text, length = read(cell)
      for word in text:gmatch('%S+') do
        words[index] = math.max(words[index], (utf8.len(word) or #word) + cell_margin)
      end
      cells[index] = math.max(cells[index], length + cell_margin)
      letters[index] = letters[index] + length
    end
  end
  return words, cells, letters
end

-- The letters each column has room for: all its cells need where the table fits on a line of
-- `line` letters; else no fewer than its longest word, the rest shared by how much text there is.
-- Also whether the table fits, and whether there is room for every word.
function M.share(tbl, line)
  local words, cells, letters = measure(tbl)
  if sum(cells) <= line then return cells, true, true end
  local spare = line - sum(words)
  if spare <= 0 then return words, false, false end
  local needs = cells:map(function(all, index) return all > words[index] and letters[index] or 0 end)
  local wanted = sum(needs)
  local function widen(word, index) return word + spare * needs[index] / wanted end
  return words:map(widen), false, true
end

-- The lines the rows of a table take, its heading's too.
function M.count_lines(tbl, room)
  local total = 0
  for _, row in ipairs(rows(tbl)) do
    local lines = 1
    for index, cell in ipairs(row.cells) do
      local _, length = read(cell)
      lines = math.max(lines, math.ceil((length + cell_margin) / room[index]))
    end
    total = total + lines
  end
  return total
end

-- All rows of a table, the heading's first; and the whole of a list of numbers.
M.rows, M.sum = rows, sum

return M
