-- Writes a document as Typst that calls the functions of document.typ.
local columns = require('columns')
local reading = require('reading')
local M = {}

local function raw(text) return pandoc.RawBlock('typst', text) end

-- A call of pandoc's writer takes a millisecond, whatever it writes, so all is written by one: each
-- piece takes the place of its token. The key, a hash of all that is said, stands in no text.
local pieces, count, key = pandoc.Blocks({}), 0, ''

local function to_typst(blocks)
  pieces:extend(blocks)
  pieces:insert(raw(key .. 'end'))
  count = count + 1
  return key .. count .. ';'
end

local function quote(text) return '"' .. text:gsub('[\\"]', '\\%0'):gsub('%s+', ' ') .. '"' end

local function label(element)
  return element.identifier ~= '' and ' #label(' .. quote(element.identifier) .. ')' or ''
end

local function caption(element)
  local long = element.caption.long
  return #long > 0 and to_typst({ pandoc.Plain(long[1].content) }) or ''
end

-- pandoc leaves out the alt text, which PDF/UA requires.
local function show_figure(figure)
  local image
  figure:walk({ Image = function(found) image = found end })
  if not image then return nil end
  return raw('#chart(' .. quote(image.src) .. ', alt: '
    .. quote(pandoc.utils.stringify(image.caption)) .. ', caption: [' .. caption(figure) .. '])'
    .. label(figure))
end

local function show_image(image)
  return pandoc.RawInline('typst', '#box(image(' .. quote(image.src) .. ', alt: '
    .. quote(pandoc.utils.stringify(image.caption)) .. '))')
end

local function cells(row)
  local shown = pandoc.List(row.cells):map(function(cell)
    return '[' .. to_typst(cell.contents) .. ']'
  end)
  return table.concat(shown, ', ') .. ','
end

-- Letters of the tables' size that fit on a line, and the lines of the longest table that is not
-- divided between pages.
local line_letters, most_kept_lines = 92, 12

local function show_table(tbl)
  tbl = columns.keep_numbers(tbl)
  local aligns = pandoc.List(tbl.colspecs):map(function(spec)
    return spec[1] == 'AlignRight' and 'right' or 'left'
  end)
  local room, has_room = columns.share(tbl, line_letters)
  local widths = table.concat(room:map(function(letters)
    return string.format('%.1ffr', letters)
  end), ', ')
  local is_long = columns.count_lines(tbl, room) > most_kept_lines
  local kind = is_long and 'table' or tbl.attributes.noted and '"noted-table"' or '"short-table"'
  local lines = pandoc.List({ '#numbers((' .. table.concat(aligns, ', ') .. ',), (' .. widths
    .. ',), kind: ' .. kind .. ', breaks: ' .. tostring(not has_room)
    .. ', caption: [' .. caption(tbl) .. '],' })
  for _, row in ipairs(tbl.head.rows) do lines:insert('  table.header(' .. cells(row) .. '),') end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do lines:insert('  ' .. cells(row)) end
  end
  lines:insert(')' .. label(tbl))
  return raw(table.concat(lines, '\n'))
end

local function show_div(div)
  local kind = reading.callout_kind(div)
  if kind then
    local title, content = reading.split_callout(div, kind)
    return raw('#callout("' .. kind .. '", [' .. to_typst({ pandoc.Plain(title) }) .. '])[\n'
      .. to_typst(content) .. '\n]')
  elseif div.classes:includes('table-note') then
    return raw('#note[\n' .. to_typst(div.content) .. '\n]')
  elseif div.classes:includes('key-figure') then
    return raw('#key-figure[\n' .. to_typst(div.content) .. '\n]')
  elseif div.classes:includes('key-figures') then
    local tiles = div.content:map(function(tile) return '[' .. to_typst({ tile }) .. ']' end)
    return raw('#key-figures(' .. table.concat(tiles, ', ') .. ')')
  end
end

local function show_span(span)
  for _, class in ipairs({ 'value', 'label', 'note' }) do
    if span.classes:includes(class) then
      local text = to_typst({ pandoc.Plain(span.content) })
      return pandoc.RawInline('typst', '#tile-' .. class .. '[' .. text .. ']')
    end
  end
end

local function lead(block)
  return raw('#block(sticky: true, par[' .. to_typst({ pandoc.Plain(block.content) }) .. '])')
end

-- A chapter begins; a heading the contents do not list says so. One in a callout is its title.
local function show_headings(blocks)
  local shown = pandoc.Blocks({})
  for _, block in ipairs(blocks) do
    if block.t == 'Header' and block.level == 1 then shown:insert(raw('#begin-chapter()')) end
    if block.t == 'Header' and not reading.is_listed(block) then
      block = raw('#unlisted(' .. block.level .. ', [' .. to_typst({ pandoc.Plain(block.content) })
        .. '])' .. label(block))
    end
    shown:insert(block)
  end
  return shown
end

function M.write(doc)
  key = pandoc.utils.sha1(pandoc.utils.stringify(doc)) .. '.'
  doc = doc:walk({ Blocks = function(blocks) return reading.keep_together(blocks, lead) end })
  doc.blocks = show_headings(doc.blocks)
  doc = doc:walk({ Span = show_span, Figure = show_figure })
  doc = doc:walk({ Image = show_image, Table = show_table }):walk({ Div = show_div })
  to_typst(doc.blocks)
  local written = pandoc.write(pandoc.Pandoc(pieces), 'typst', { wrap_text = 'none' })
  local texts = pandoc.List() -- each holds earlier ones
  for text in written:gmatch('%s*(.-)%s*' .. key .. 'end') do
    local function fill(number) return texts[tonumber(number)] end
    texts:insert((text:gsub(key .. '(%d+);', fill)))
  end
  return '#import "document.typ": *\n' .. texts[#texts] .. '\n'
end

return M
