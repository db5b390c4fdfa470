-- Writes a document as Word: named styles for every convention, and a table of contents
-- that is there from the start (Word asks no question when the file is opened).
local reading = require('reading')
local M = {}

local function styled(name, blocks)
  return pandoc.Div(blocks, pandoc.Attr('', {}, { ['custom-style'] = name }))
end

local function escape(text)
  return (text:gsub('[&<>"]', { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }))
end

local function show_div(div)
  local kind = reading.callout_kind(div)
  if kind then
    local title, content = reading.split_callout(div, kind)
    return { styled('Callout Title', { pandoc.Para(title) }), styled('Callout', content) }
  elseif div.classes:includes('table-note') then
    return styled('Table Note', div.content)
  end
end

local tab = pandoc.RawInline('openxml', '<w:r><w:tab/></w:r>')

-- A key figure takes two lines: the number and what it is, and below them its notes.
local function show_key_figure(div)
  if not div.classes:includes('key-figure') then return nil end
  local line, notes = pandoc.Inlines({}), pandoc.Inlines({})
  div:walk({ Span = function(span)
    if span.classes:includes('value') then
      line:insert(pandoc.Span(span.content, pandoc.Attr('', {}, { ['custom-style'] = 'Key Figure Number' })))
    elseif span.classes:includes('label') then
      line:insert(tab)
      line:extend(span.content)
    elseif span.classes:includes('note') then
      if #notes > 0 then notes:extend({ pandoc.Space(), pandoc.Str('·'), pandoc.Space() }) end
      notes:extend(span.content)
    end
  end })
  local shown = pandoc.Blocks({ styled('Key Figure', { pandoc.Para(line) }) })
  if #notes > 0 then shown:insert(styled('Key Figure Note', { pandoc.Para(notes) })) end
  return shown
end

-- Text right below a table stands clear of it.
local function stand_clear(blocks)
  for index = 2, #blocks do
    if blocks[index - 1].t == 'Table' and blocks[index].t == 'Para' then
      blocks[index] = styled('After Table', { blocks[index] })
    end
  end
  return blocks
end

-- Word takes the PNG beside each SVG.
local function use_png(image)
  image.src = image.src:gsub('%.svg$', '.png')
  image.attributes = { width = '62%' }
  return image
end

local most_counted, weight_of_rest, cell_margin = 60, 0.2, 4

local function length(text) return utf8.len(text) or #text end

-- What a cell needs: its longest word, and something for the rest of its text.
local function cell_need(cell)
  local text = pandoc.utils.stringify(cell.contents)
  local longest = 0
  for word in text:gmatch('%S+') do longest = math.max(longest, length(word)) end
  local rest = math.max(math.min(length(text), most_counted) - longest, 0)
  return longest + weight_of_rest * rest + cell_margin
end

local most_kept_lines, line_letters = 18, 90

-- Short tables stay on one page: every row but the last is kept with the next.
local function keep_row(row)
  for _, cell in ipairs(row.cells) do
    local content = pandoc.utils.blocks_to_inlines(cell.contents)
    cell.contents = { styled('Table Kept', { pandoc.Para(content) }) }
  end
end

-- The lines of text rows take, their columns as wide as told.
local function count_lines(rows, colspecs)
  local total = 0
  for _, row in ipairs(rows) do
    local lines = 1
    for index, cell in ipairs(row.cells) do
      local letters = length(pandoc.utils.stringify(cell.contents))
      lines = math.max(lines, math.ceil(letters / (colspecs[index][2] * line_letters)))
    end
    total = total + lines
  end
  return total
end

local function keep_together(tbl)
  local rows = pandoc.List() -- a list of its own: extending the head's would move rows into it
  rows:extend(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do rows:extend(body.body) end
  if count_lines(rows, tbl.colspecs) > most_kept_lines then return end
  for index = 1, #rows - 1 do keep_row(rows[index]) end
end

-- Columns share the page's width by what their cells need.
local function share_width(tbl)
  tbl = reading.keep_numbers(tbl)
  local needs, total = {}, 0
  local function add(row)
    for index, cell in ipairs(row.cells) do
      needs[index] = math.max(needs[index] or 4, cell_need(cell))
    end
  end
  pandoc.List(tbl.head.rows):map(add)
  for _, body in ipairs(tbl.bodies) do pandoc.List(body.body):map(add) end
  for _, need in ipairs(needs) do total = total + need end
  for index, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[index] = { spec[1], (needs[index] or 4) / total }
  end
  keep_together(tbl)
  return tbl
end

-- The name pandoc gives a heading's bookmark: Word allows 40 characters.
local function bookmark(id)
  if id:match('^%a') and utf8.len(id) <= 40 then return id end
  return 'X' .. pandoc.utils.sha1(id):sub(2)
end

local function run(inner) return '<w:r>' .. inner .. '</w:r>' end

local function entry(header, first, last)
  local text = '<w:t xml:space="preserve">' .. escape(pandoc.utils.stringify(header)) .. '</w:t>'
  return '<w:p><w:pPr><w:pStyle w:val="TOC' .. header.level .. '"/></w:pPr>' .. first
    .. '<w:hyperlink w:anchor="' .. escape(bookmark(header.identifier)) .. '">' .. run(text)
    .. '</w:hyperlink>' .. last .. '</w:p>'
end

local function contents(doc)
  local headers = pandoc.List()
  doc:walk({ Header = function(header)
    if header.level == 1 then headers:insert(header) end
  end })
  local start = run('<w:fldChar w:fldCharType="begin"/>')
    .. run('<w:instrText xml:space="preserve">TOC \\o "1-1" \\n \\h \\z \\u</w:instrText>')
    .. run('<w:fldChar w:fldCharType="separate"/>')
  local stop = run('<w:fldChar w:fldCharType="end"/>')
  local lines = headers:map(function(header, index)
    return entry(header, index == 1 and start or '', index == #headers and stop or '')
  end)
  return pandoc.RawBlock('openxml', table.concat(lines))
end

function M.write(doc, job)
  doc = doc:walk({ Div = show_key_figure }):walk({ Blocks = stand_clear })
  doc = doc:walk({ Image = use_png, Table = share_width }):walk({ Div = show_div })
  local front = pandoc.Blocks({})
  if job.layout == 'report' then
    local heading = pandoc.Para(pandoc.Inlines('Indhold'))
    front:extend({ styled('TOC Heading', { heading }), contents(doc) })
  end
  front:extend(doc.blocks)
  if job.layout ~= 'report' then -- a brief has no front: who it is from stands below
    front:insert(styled('Table Note', { pandoc.Para(pandoc.Inlines(job.author)) }))
  end
  local meta = pandoc.Meta({
    title = pandoc.Inlines(job.title), subtitle = pandoc.Inlines(job.subtitle),
    author = pandoc.Inlines(job.author), lang = 'da-DK',
  })
  return pandoc.write(pandoc.Pandoc(front, meta), 'docx', { reference_doc = job.reference })
end

return M
