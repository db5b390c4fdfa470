-- Marks the tables that are too wide for a phone: the style sheet shows them there as a list, in
-- which each cell stands after its column's heading. Used by both publishers.
local M = {}

-- Letters of the tables' size that fit a phone's narrowest line, and what a cell's sides take.
local line_letters, cell_margin = 32, 2

local function length(text) return utf8.len(text) or #text end

local function longest_word(text)
  local longest = 0
  for word in text:gmatch('%S+') do longest = math.max(longest, length(word)) end
  return longest
end

local function text_of(cell) return pandoc.utils.stringify(cell.contents) end

-- The letters a table needs: numbers stand on one line, text breaks between words.
local function need(tbl)
  local widths = {}
  local function add(row, is_head)
    for index, cell in ipairs(row.cells) do
      local text = text_of(cell)
      local is_number = tbl.colspecs[index][1] == 'AlignRight' and not is_head
      local wide = is_number and length(text) or longest_word(text)
      widths[index] = math.max(widths[index] or 0, wide + cell_margin)
    end
  end
  for _, row in ipairs(tbl.head.rows) do add(row, true) end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do add(row, false) end
  end
  local total = 0
  for _, width in ipairs(widths) do total = total + width end
  return total
end

-- A number stays on one line in a list too: "44,1 % (15 af 34)".
local function hold_number(cell)
  return cell.contents:walk({ Space = function() return pandoc.Str('\u{a0}') end })
end

-- Names for the cells of a wide table by column, and the roles a list's look would take from them.
function M.mark(tbl)
  local head = tbl.head.rows[1]
  if not head or need(tbl) <= line_letters then return tbl end
  tbl.classes:insert('stacked')
  tbl.attributes.role = 'table'
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      row.attributes.role = 'row'
      for index, cell in ipairs(row.cells) do
        local is_head = index == 1 and tbl.colspecs[1][1] ~= 'AlignRight'
        cell.attributes.role = is_head and 'rowheader' or 'cell'
        cell.attributes['data-label'] = text_of(head.cells[index])
        if tbl.colspecs[index][1] == 'AlignRight' then cell.contents = hold_number(cell) end
      end
    end
  end
  return tbl
end

return M
